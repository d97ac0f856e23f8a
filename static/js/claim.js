/* Tells colleagues that this case is open here, and this page whose it is. Said again while somebody works on it;
   the minutes are counted here, as asking the server would keep the session alive for ever. */

const tag = document.querySelector('[data-claim]');
const AGAIN = 5 * 60 * 1000;
const MINUTE = 60 * 1000;
const LAPSED = '您打开已超过 15 分钟，别人可以接着审';
let said = 0;
let told = null;

function show() {
  tag.hidden = !told;
  if (!told) return;
  const passed = Math.floor((Date.now() - said) / MINUTE);
  const minutes = told.mine ? told.minutes - passed : told.minutes + passed;
  const words = told.words.replace(/刚刚| ?\d+ 分钟前/, minutes ? ` ${minutes} 分钟前` : '刚刚').replace(/\d+(?= 分钟后)/, minutes);
  tag.querySelector('[data-claim-words]').textContent = told.mine && minutes < 1 ? LAPSED : words;
}

async function claim() {
  said = Date.now();
  const body = new URLSearchParams({ csrf_token: tag.dataset.token });
  try {
    const answer = await fetch(tag.dataset.claim, { method: 'POST', body, headers: { Accept: 'application/json' } });
    if (!answer.ok || answer.redirected) return;
    told = await answer.json();
    show();
  } catch (error) {
    said = 0; // offline: said again with the next key
  }
}

if (tag) {
  claim();
  for (const kind of ['keydown', 'pointerdown', 'wheel']) {
    document.addEventListener(kind, () => { if (Date.now() - said > AGAIN) claim(); }, { passive: true });
  }
  setInterval(show, MINUTE);
}
