/* Photos are shrunk and turned upright, previewed, and sent as soon as they are chosen; without this script the server
   shrinks them when the form is sent. data-photo on a file control is the most bytes to send, data-say the sentence
   beside it. The server answers with the whole page: its card takes the place of the one that stood here. */

const SIDE = 2000;
const READABLE = ['image/jpeg', 'image/png'];
const PATIENCE = 120000;
const BROKEN = '网络断了，照片没有传上去。连上网后点“再传一次”，或者直接点“提交审验”';
const working = new Map();

const megabytes = (size) => `${(size / 1048576).toFixed(1)} MB`;
const kilobytes = (size) => `${Math.max(1, Math.round(size / 1024))} KB`;

function drawn(image, scale, quality) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', quality));
}

/* Lower quality first, then smaller: straight to the small canvas, phones refuse very large ones. */
async function shrunk(image, file, limit) {
  if (file.size <= limit) return file;
  let scale = Math.min(1, SIDE / Math.max(image.naturalWidth, image.naturalHeight));
  for (let quality = 0.84, round = 0; round < 10; round += 1) {
    const small = await drawn(image, scale, quality);
    if (small && small.size <= limit) {
      return new File([small], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' });
    }
    if (quality > 0.62) quality -= 0.08;
    else scale *= 0.85;
  }
  return file;
}

async function opened(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  await image.decode();
  return image;
}

function preview(input, image) {
  const box = input.closest('.zs-drop');
  if (!box) return;
  box.querySelector('.zs-drop__preview')?.remove();
  image.className = 'zs-drop__preview';
  image.alt = '您选的照片';
  box.insertBefore(image, input);
  box.classList.add('is-chosen');
}

function replaceFile(input, file) {
  try {
    const box = new DataTransfer();
    box.items.add(file);
    input.files = box.files;
    return true;
  } catch (error) {
    return false; // an old browser sends the original, and the server shrinks it
  }
}

async function prepare(input, say) {
  const file = input.files[0];
  if (!READABLE.includes(file.type)) {
    say.textContent = '只收 JPG 和 PNG。iPhone 请在“设置—相机—格式”选“兼容性最佳”';
    return null;
  }
  say.textContent = '正在压缩照片…';
  try {
    const image = await opened(file);
    const small = await shrunk(image, file, Number(input.dataset.photo));
    if (small !== file) replaceFile(input, small);
    preview(input, image);
    return small === file
      ? { file, words: `照片 ${kilobytes(file.size)}`, done: '照片已上传' }
      : { file: small, words: `照片 ${megabytes(file.size)}，已压缩到 ${kilobytes(small.size)}`, done: `原照片 ${megabytes(file.size)}，压缩后已上传` };
  } catch (error) {
    say.textContent = '这张照片打不开，请重新拍一张';
    return null;
  }
}

function clear(input, say) {
  const box = input.closest('.zs-drop');
  box?.querySelector('.zs-drop__preview')?.remove();
  box?.classList.remove('is-chosen');
  say.textContent = '';
}

/* The sentence with a bar that fills up as the photo goes out. */
function sending(say, words) {
  const bar = document.createElement('progress');
  bar.className = 'zs-prog';
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute('aria-label', '上传进度');
  say.replaceChildren(`${words}，正在上传…`, bar);
  return bar;
}

function post(input, file, bar) {
  const body = new FormData();
  for (const name of ['csrf_token', 'version']) body.append(name, input.form.elements[name].value);
  body.append('upload', input.name);
  body.append(input.name, file, file.name);
  return new Promise((answered, failed) => {
    const request = new XMLHttpRequest();
    request.open('POST', input.form.action);
    request.responseType = 'document';
    request.timeout = PATIENCE;
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener('load', () => answered(request.response));
    for (const name of ['error', 'timeout', 'abort']) request.addEventListener(name, failed);
    request.send(body);
  });
}

/* A page without this card: signed out meanwhile, or the case moved on. The server knows where to go from here. */
function take(input, page, done) {
  const card = page?.getElementById(`${input.name}-card`);
  if (!card) return window.location.reload();
  const fresh = document.importNode(card, true);
  input.closest('section').replaceWith(fresh);
  const say = document.getElementById(input.dataset.say);
  if (!fresh.matches('.zs-field--err')) say.textContent = done;
  else fresh.querySelector('.zs-err')?.setAttribute('role', 'alert');
}

function offerAgain(input, say, ready) {
  const again = document.createElement('button');
  again.type = 'button';
  again.className = 'zs-btn zs-btn--sm';
  again.textContent = '再传一次';
  again.addEventListener('click', () => work(input, send(input, say, ready)));
  say.replaceChildren(`${BROKEN}。`, again);
}

async function send(input, say, ready) {
  try {
    take(input, await post(input, ready.file, sending(say, ready.words)), ready.done);
  } catch (error) {
    offerAgain(input, say, ready);
  }
}

async function chosen(input) {
  const say = document.getElementById(input.dataset.say);
  clear(input, say);
  if (!input.files[0]) return;
  const ready = await prepare(input, say);
  if (ready) await send(input, say, ready);
}

function work(input, job) {
  working.set(input, job);
  job.finally(() => working.delete(input));
}

document.addEventListener('change', (event) => {
  if (event.target.matches('input[type=file][data-photo]')) work(event.target, chosen(event.target));
});

/* A form sent while a photo is still on its way waits for it; without a network a submission would replace the page
   with the browser's own, so the page says it instead. */
document.addEventListener('submit', async (event) => {
  const notice = document.getElementById('offline');
  if (!notice || event.defaultPrevented) return;
  notice.hidden = navigator.onLine;
  if (navigator.onLine && !working.size) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!navigator.onLine) return notice.scrollIntoView({ block: 'center' });
  const button = event.submitter || event.target.querySelector('button:not([type=button])');
  await Promise.all(working.values());
  setTimeout(() => button.click());
}, true);
