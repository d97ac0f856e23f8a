/* The grid page: tick all, count what is ticked, click a row to open it, / to search. */

const boxes = [...document.querySelectorAll('input[name="rowid"]')];
const all = document.querySelector('[data-tick-all]');
const count = document.querySelector('[data-ticked]');
const beyond = document.querySelector('[data-beyond]');

/* Acting on more than this page is offered once the whole page is ticked. */
function offerBeyond(on) {
  if (!beyond) return;
  beyond.hidden = !on;
  if (!on) beyond.querySelector('input').checked = false;
}

function recount() {
  const ticked = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.closest('tr').classList.toggle('is-ticked', box.checked);
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    offerBeyond(all.checked);
  }
  if (count) {
    count.textContent = ticked ? `已选 ${ticked} 条` : '还没有选';
    count.classList.toggle('is-on', ticked > 0);
  }
}

let last = null;
function tickRange(box) {
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
  for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
}

for (const box of boxes) {
  box.addEventListener('click', (event) => {
    if (event.shiftKey && last) tickRange(box);
    last = box;
    recount();
  });
}
all?.addEventListener('change', () => {
  for (const box of boxes) box.checked = all.checked;
  recount();
});

document.querySelector('.zs-tbl--grid')?.addEventListener('click', (event) => {
  const row = event.target.closest('tr[data-href]');
  if (!row || event.target.closest('a, button, input, label, select') || String(window.getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href);
  else window.location.assign(row.dataset.href);
});

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector('[data-search]');
  if (!search || event.target.matches('select, textarea, input:not([type=checkbox])')) return;
  event.preventDefault();
  search.focus();
  search.select();
});

recount();
