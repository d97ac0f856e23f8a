/* Progress of a long job. data-poll answers with JSON {done, total, text, finished};
   once finished the page is read again, and shows the result. Without this, a 刷新 link does the same. */

const PAUSE = 2000;

function follow(box) {
  const bar = box.querySelector('progress');
  const text = box.querySelector('[role="status"]');
  async function ask() {
    try {
      const answer = await fetch(box.dataset.poll, { headers: { Accept: 'application/json' } });
      const job = await answer.json();
      if (job.finished) return window.location.reload();
      bar.max = job.total || 1;
      bar.value = job.done;
      if (text.textContent !== job.text) text.textContent = job.text;
    } catch (error) {
      text.textContent = '网络断了，连上网后会接着显示进度';
    }
    setTimeout(ask, PAUSE);
  }
  setTimeout(ask, PAUSE);
}

document.querySelectorAll('[data-poll]').forEach(follow);
