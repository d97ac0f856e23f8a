/* Suggestions under a text field. The field stays plain text: what is typed counts, listed or not.
   data-url answers ?q=… with a JSON list of {name, note}; nothing happens while an input method composes. */

const LEAST = 2;
const MOST = 6;
const PAUSE = 180;

function marked(name, typed) {
  const at = name.indexOf(typed);
  if (at < 0) return [name];
  const mark = document.createElement('mark');
  mark.textContent = typed;
  return [name.slice(0, at), mark, name.slice(at + typed.length)];
}

function option(id, words, note, value) {
  const item = document.createElement('li');
  const small = document.createElement('small');
  item.id = id;
  item.dataset.value = value;
  item.setAttribute('role', 'option');
  item.setAttribute('aria-selected', 'false');
  small.textContent = note;
  item.append(...words, ...(note ? [small] : []));
  return item;
}

function connect(box) {
  const input = box.querySelector('input');
  const list = box.querySelector('[role="listbox"]');
  const status = box.querySelector('[role="status"]');
  let chosen = -1;
  let composing = false;
  let timer = 0;
  let request = null;

  function open(on) {
    list.hidden = !on;
    input.setAttribute('aria-expanded', String(on));
    if (!on) choose(-1);
  }

  function choose(index) {
    chosen = index;
    [...list.children].forEach((item, at) => item.setAttribute('aria-selected', String(at === index)));
    const item = list.children[index];
    if (!item) return input.removeAttribute('aria-activedescendant');
    input.setAttribute('aria-activedescendant', item.id);
    item.scrollIntoView({ block: 'nearest' });
  }

  function take(item) {
    const changed = input.value !== item.dataset.value;
    input.value = item.dataset.value;
    open(false);
    if (changed) input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  function show(found, typed) {
    const items = found.slice(0, MOST).map((one, at) =>
      option(`${list.id}-${at}`, marked(one.name, typed), one.note || '', one.name));
    const own = `没有我要的单位，就用“${typed}”`;
    items.push(option(`${list.id}-own`, [own], '照证书原文填写，工作人员会核对', typed));
    list.replaceChildren(...items);
    status.textContent = items.length > 1 ? `有 ${items.length - 1} 个候选，按上下键选择` : '没有候选';
    open(true);
  }

  async function search() {
    const typed = input.value.trim();
    request?.abort();
    if (typed.length < LEAST) return open(false);
    request = new AbortController();
    try {
      const url = `${box.dataset.url}?q=${encodeURIComponent(typed)}`;
      const answer = await fetch(url, { signal: request.signal, headers: { Accept: 'application/json' } });
      if (answer.ok && document.activeElement === input) show(await answer.json(), typed);
    } catch (error) {
      if (error.name !== 'AbortError') open(false); // offline: plain typing goes on
    }
  }

  function searchSoon() {
    clearTimeout(timer);
    if (!composing) timer = setTimeout(search, PAUSE);
  }

  function move(by) {
    const length = list.children.length;
    if (list.hidden || !length) return search();
    choose((chosen + by + (chosen < 0 && by < 0 ? 1 : 0) + length) % length);
  }

  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => (list.hidden || chosen < 0 ? false : take(list.children[chosen])),
    Escape: () => (list.hidden ? false : open(false)),
  };

  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');
  input.addEventListener('compositionstart', () => {
    composing = true;
    clearTimeout(timer);
    request?.abort();
  });
  input.addEventListener('compositionend', () => { composing = false; searchSoon(); });
  input.addEventListener('input', searchSoon);
  input.addEventListener('blur', () => { clearTimeout(timer); open(false); });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || !keys[event.key]) return;
    if (keys[event.key]() !== false) event.preventDefault();
  });
  list.addEventListener('mousedown', (event) => {
    event.preventDefault(); // keeps the focus in the field
    const item = event.target.closest('[role="option"]');
    if (item && event.button === 0) take(item);
  });
}

document.querySelectorAll('[data-combo]').forEach(connect);
