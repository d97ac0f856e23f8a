/* Progress of a long job. data-poll answers with JSON {done, total, text, finished};
   once finished the page is read again, and shows the result. Without this, a 刷新 link does the same. */

const SOON = 500;
const PAUSE = 2000;

function draw(bar, { done, total }) {
  if (total) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute('value');
  }
}

function follow(box) {
  const bar = box.querySelector('progress');
  const text = box.querySelector('[role="status"]');
  async function ask() {
    try {
      const answer = await fetch(box.dataset.poll, { headers: { Accept: 'application/json' } });
      if (answer.redirected || answer.status === 404) return window.location.reload();
      const job = await answer.json();
      if (job.finished) return window.location.reload();
      draw(bar, job);
      if (text.textContent !== job.text) text.textContent = job.text;
    } catch (error) {
      text.textContent = '网络断了，连上网后会接着显示进度';
    }
    setTimeout(ask, PAUSE);
  }
  setTimeout(ask, SOON);
}

document.querySelectorAll('[data-poll]').forEach(follow);
