/* Mending without losing one's place: the form is sent in the background, the page that answers takes the place of this one.
   The server checks and counts; without this script the same forms lead to the same page. */

const main = document.querySelector('main');

/* What was typed in other rows and not sent yet: by the id of its box, what it holds. */
function typed(sent) {
  const boxes = [...main.querySelectorAll('.zs-cell__in')].filter((box) => box.form !== sent);
  const was = (box) => [...(box.options || [])].find((option) => option.defaultSelected)?.value ?? box.defaultValue;
  return new Map(boxes.filter((box) => box.value !== was(box)).map((box) => [box.id, box.value]));
}

function place(answer, url, kept) {
  const fresh = new DOMParser().parseFromString(answer, 'text/html');
  const content = fresh.querySelector('main');
  if (!content) return window.location.assign(url);
  const { scrollX, scrollY } = window;
  document.title = fresh.title;
  main.replaceChildren(...content.childNodes);
  kept.forEach((value, id) => {
    const box = document.getElementById(id);
    if (box) box.value = value;
  });
  history.replaceState(null, '', url);
  window.scrollTo(scrollX, scrollY);
}

/* The next box to fill: in the same row if it is still wrong, else the first below where it stood. */
function focusNear(top) {
  const boxes = [...main.querySelectorAll('.zs-cell__in')];
  const next = boxes.find((box) => box.getBoundingClientRect().top >= top - 8) || boxes.at(-1);
  (next || main.querySelector('#rows-title'))?.focus({ preventScroll: true });
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches('[data-mend]')) return;
  event.preventDefault();
  if ('sent' in form.dataset) return;
  form.dataset.sent = '';
  const { top } = (event.submitter || form).getBoundingClientRect();
  const data = new FormData(form, event.submitter);
  try {
    const answer = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'text/html' } });
    const url = new URL(answer.url);
    place(await answer.text(), `${url.pathname}${url.search}`, typed(form));
    focusNear(top);
  } catch (error) {
    delete form.dataset.sent;
    form.submit();
  }
}, true);
