/* Photos are shrunk and previewed before they are sent; without this the server shrinks them.
   data-photo marks the file control, data-say the sentence beside it, data-then a button to press
   once the photo is ready, so that it is uploaded as soon as chosen. */

const LIMIT = 500 * 1024;
const SIDE = 2000;
const READABLE = ['image/jpeg', 'image/png'];
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
async function shrunk(image, file) {
  if (file.size <= LIMIT) return file;
  let scale = Math.min(1, SIDE / Math.max(image.naturalWidth, image.naturalHeight));
  for (let quality = 0.84, round = 0; round < 10; round += 1) {
    const small = await drawn(image, scale, quality);
    if (small && small.size <= LIMIT) {
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
    return false;
  }
  say.textContent = '正在压缩照片…';
  try {
    const image = await opened(file);
    const small = await shrunk(image, file);
    const replaced = small !== file && replaceFile(input, small);
    say.textContent = replaced
      ? `照片 ${megabytes(file.size)}，已压缩到 ${kilobytes(small.size)}`
      : `已选好，照片 ${kilobytes(file.size)}`;
    preview(input, image);
    return true;
  } catch (error) {
    say.textContent = '这张照片打不开，请重新拍一张';
    return false;
  }
}

function clear(input, say) {
  const box = input.closest('.zs-drop');
  box?.querySelector('.zs-drop__preview')?.remove();
  box?.classList.remove('is-chosen');
  say.textContent = '';
}

async function chosen(input) {
  const say = document.getElementById(input.dataset.say);
  clear(input, say);
  if (!input.files[0]) return;
  const job = prepare(input, say);
  working.set(input, job);
  const ready = await job;
  working.delete(input);
  if (ready && input.dataset.then) document.getElementById(input.dataset.then)?.click();
}

/* A form sent while a photo is still being shrunk waits for it. */
async function sendLater(event) {
  const jobs = [...working].filter(([input]) => input.form === event.target).map(([, job]) => job);
  if (!jobs.length) return;
  event.preventDefault();
  const button = event.submitter || event.target.querySelector('button:not([type=button])');
  await Promise.all(jobs);
  setTimeout(() => button.click());
}

for (const input of document.querySelectorAll('input[type=file][data-photo]')) {
  input.addEventListener('change', () => chosen(input));
  input.form?.addEventListener('submit', sendLater);
}

/* Without a network a submission would replace the page with the browser's own: say so instead. */
document.addEventListener('submit', (event) => {
  const notice = document.getElementById('offline');
  if (!notice || event.defaultPrevented) return;
  notice.hidden = navigator.onLine;
  if (!navigator.onLine) {
    event.preventDefault();
    event.stopImmediatePropagation();
    notice.scrollIntoView({ block: 'center' });
  }
}, true);
