/* Counts what the holder changes against the record while typing; what counts in the end is the server's comparison.
   data-record on a control is what the record says; the list, its title and the line above the buttons follow. */

const list = document.querySelector('[data-changes]');
const title = document.querySelector('[data-changes-title]');
const say = document.querySelector('[data-changes-say]');
const controls = [...document.querySelectorAll('[data-record]')];

function words(text, name) {
  const span = document.createElement('span');
  span.className = name;
  span.textContent = text || '没有填';
  return span;
}

function line(control) {
  const row = document.createElement('div');
  const term = document.createElement('dt');
  const value = document.createElement('dd');
  term.textContent = control.labels[0].firstChild.textContent;
  value.append(words(control.dataset.record, 'zs-old'), document.createElement('br'), words(control.value.trim(), 'zs-new'));
  row.append(term, value);
  return row;
}

function recount() {
  const changed = controls.filter((control) => control.value.trim() !== control.dataset.record);
  const sentence = changed.length ? `您改了 ${changed.length} 处` : '还没有改动';
  list.replaceChildren(...changed.map(line));
  title.textContent = sentence;
  say.textContent = sentence;
  for (const control of controls) {
    const field = control.closest('.zs-field');
    if (!field.matches('.zs-field--err')) field.classList.toggle('zs-changed', changed.includes(control));
  }
}

if (list) {
  document.addEventListener('input', recount);
  document.addEventListener('change', recount);
}
