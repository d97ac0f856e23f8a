/* The review page: look closely at the photos, and decide from the keyboard.
   Single keys work only while data-keys="on"; choosing a conclusion never submits it. */

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const LEAST = 0.5;
const MOST = 6;
const STEP = 1.25;
const ZOOM_KEY = 'zs-zoom';
const TURN_KEY = 'zs-turn:';

/* --- photos: zoom is kept from photo to photo and case to case, rotation belongs to each photo --- */

function viewer(view) {
  const photos = $$('img', view);
  const tabs = $$('[data-photo-tab]');
  const turnKey = (photo) => TURN_KEY + new URL(photo.src).pathname;
  const turns = photos.map((photo) => Number(sessionStorage.getItem(turnKey(photo))) || 0);
  let current = 0;
  let zoom = Number(sessionStorage.getItem(ZOOM_KEY)) || 1;
  let place = { x: 0, y: 0 };

  function paint() {
    const shift = `translate(calc(-50% + ${place.x}px), calc(-50% + ${place.y}px))`;
    photos[current].style.transform = `${shift} rotate(${turns[current]}deg) scale(${zoom})`;
    view.classList.toggle('is-zoomed', zoom > 1);
    const said = $('[data-zoom]');
    if (said) said.textContent = `${Math.round(zoom * 100)}%`;
    sessionStorage.setItem(ZOOM_KEY, zoom);
    if (turns[current] % 360) sessionStorage.setItem(turnKey(photos[current]), turns[current]);
    else sessionStorage.removeItem(turnKey(photos[current]));
  }

  function zoomTo(value) {
    const next = Math.min(MOST, Math.max(LEAST, value));
    place = { x: (place.x * next) / zoom, y: (place.y * next) / zoom };
    zoom = next;
  }

  function show(index) {
    current = (index + photos.length) % photos.length;
    photos.forEach((photo, at) => photo.classList.toggle('is-on', at === current));
    tabs.forEach((tab, at) => tab.setAttribute('aria-pressed', String(at === current)));
  }

  const acts = {
    in: () => zoomTo(zoom * STEP),
    out: () => zoomTo(zoom / STEP),
    left: () => { turns[current] -= 90; },
    right: () => { turns[current] += 90; },
    fit: () => { zoom = 1; place = { x: 0, y: 0 }; turns[current] = 0; },
    swap: () => show(current + 1),
    show,
    pan: (x, y) => { place = { x: place.x + x, y: place.y + y }; },
  };
  const act = (name, ...values) => { acts[name](...values); paint(); };

  if (photos.length) { show(0); paint(); }
  tabs.forEach((tab, at) => tab.addEventListener('click', () => act('show', at)));
  return photos.length ? act : () => {};
}

/* Dragging has two plainer ways: the arrow keys, and a click that brings a spot to the middle. */
function moveByHand(view, act) {
  let from = null;
  let moved = false;
  view.addEventListener('wheel', (event) => {
    event.preventDefault();
    act(event.deltaY < 0 ? 'in' : 'out');
  }, { passive: false });
  view.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    from = [event.clientX, event.clientY];
    moved = false;
    view.setPointerCapture(event.pointerId);
  });
  view.addEventListener('pointermove', (event) => {
    if (!from) return;
    const [x, y] = [event.clientX - from[0], event.clientY - from[1]];
    if (!moved && Math.hypot(x, y) < 5) return;
    moved = true;
    from = [event.clientX, event.clientY];
    act('pan', x, y);
  });
  view.addEventListener('pointerup', (event) => {
    const box = view.getBoundingClientRect();
    if (from && !moved && view.classList.contains('is-zoomed')) {
      act('pan', box.left + box.width / 2 - event.clientX, box.top + box.height / 2 - event.clientY);
    }
    from = null;
  });
  view.addEventListener('pointercancel', () => { from = null; });
  view.addEventListener('dragstart', (event) => event.preventDefault());
  const arrows = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  view.addEventListener('keydown', (event) => {
    if (!arrows[event.key]) return;
    event.preventDefault();
    act('pan', ...arrows[event.key]);
  });
}

/* --- ticks beside the values --- */

const ticks = $$('.zs-cmp input[type=checkbox]');

function countTicks() {
  const said = $('[data-tick-count]');
  if (said) said.textContent = `已核对 ${ticks.filter((tick) => tick.checked).length} 项，共 ${ticks.length} 项`;
}

function tickRow() {
  const here = ticks.find((tick) => tick.closest('tr').contains(document.activeElement));
  const tick = here || ticks.find((one) => !one.checked) || ticks[0];
  if (!tick) return;
  tick.click();
  (ticks[ticks.indexOf(tick) + 1] || tick).focus();
}

/* --- 待客户确认 turns the data column into the form of the correction --- */

const correction = $('[data-correction]');

const ASKED = { required: '，要写', optional: '，可以不写' };

function followDecision() {
  const chosen = $('.zs-decide .zs-opt input:checked');
  const asked = $('[data-asked]');
  if (asked) asked.textContent = ASKED[chosen?.dataset.asks] || '';
  if (correction) {
    const on = Boolean(chosen && 'corrects' in chosen.dataset);
    correction.hidden = correction.disabled = !on;
    $('[data-compare]').hidden = on;
  }
  const groups = $$('[data-fills] optgroup');
  const mine = groups.filter((group) => group.dataset.decision === chosen?.value);
  for (const group of groups) group.hidden = group.disabled = mine.length > 0 && !mine.includes(group);
}

for (const option of $$('.zs-decide .zs-opt input')) option.addEventListener('change', followDecision);
followDecision();

$('[data-choose]')?.addEventListener('click', (event) => {
  const option = $(`#decision-${event.currentTarget.dataset.choose}`);
  if (!option) return;
  event.preventDefault();
  option.click();
  $('select, input:not([type=hidden])', correction).focus();
});

/* --- keys --- */

function keyboard(act) {
  const focus = (selector) => $(selector)?.focus();
  const press = (selector) => $(selector)?.click();
  const keys = {
    '+': () => act('in'),
    '=': () => act('in'),
    '-': () => act('out'),
    0: () => act('fit'),
    '[': () => act('left'),
    ']': () => act('right'),
    p: () => act('swap'),
    j: () => press('[data-go="j"]'),
    k: () => press('[data-go="k"]'),
    r: () => focus('[data-reply]'),
    t: () => focus('[data-fills]'),
    x: tickRow,
    '?': () => press('#keys-help > summary'),
  };
  for (const option of $$('.zs-decide [data-key]')) keys[option.dataset.key] = () => { option.click(); option.focus(); };

  const typing = (target) => target.matches('textarea, select, input:not([type=checkbox]):not([type=radio])');
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const run = keys[event.key.toLowerCase()];
    if (!run || typing(event.target)) return;
    event.preventDefault();
    run();
  });
}

/* Not single keys, so they always work: Ctrl+Enter submits, Esc leaves the reply. */
document.addEventListener('keydown', (event) => {
  if (event.isComposing) return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    $('[data-submit]')?.click();
  }
  if (event.key === 'Escape' && event.target.matches('input, textarea, select')) event.target.blur();
});

const view = $('[data-view]');
const act = view ? viewer(view) : () => {};
if (view) moveByHand(view, act);
for (const button of $$('[data-act]')) {
  button.addEventListener('click', () => (button.dataset.act === 'tick' ? tickRow() : act(button.dataset.act)));
}
for (const tick of ticks) tick.addEventListener('change', countTicks);
countTicks();
if ($('[data-keys="on"]')) keyboard(act);
