/* What all forms share: focus on the errors, no double submission, reply templates, undoing a change. */

const SENDING = '正在提交…';

document.querySelector('[data-error-summary]')?.focus();

function markSending(button) {
  button.savedNodes = [...button.childNodes];
  button.textContent = SENDING;
  button.setAttribute('aria-disabled', 'true');
}

function unmark(button) {
  button.replaceChildren(...button.savedNodes);
  button.removeAttribute('aria-disabled');
  delete button.savedNodes;
}

/* A form that answers with a file leaves the page standing: data-repeatable lets it be sent again. */
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post' || 'repeatable' in form.dataset) return;
  if ('sent' in form.dataset) return event.preventDefault();
  form.dataset.sent = '';
  const button = event.submitter || form.querySelector('button:not([type=button])');
  if (button?.matches('.zs-btn')) markSending(button);
});

/* Coming back with the browser's back button finds the form ready to send once more. */
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  for (const button of document.querySelectorAll('[aria-disabled]')) if (button.savedNodes) unmark(button);
});

document.addEventListener('change', (event) => {
  const { target } = event;
  if (target.matches('.zs-opt input')) {
    for (const option of target.form?.querySelectorAll('.zs-opt') || []) {
      option.classList.toggle('is-on', option.querySelector('input').checked);
    }
  }
  if (target.matches('select[data-fills]') && target.value) {
    const reply = document.getElementById(target.dataset.fills);
    reply.value = target.value;
    reply.dispatchEvent(new Event('input', { bubbles: true }));
  }
});

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-restore]');
  if (!button) return;
  event.preventDefault(); // without a script the server puts the value back
  const control = document.getElementById(button.dataset.for);
  control.value = button.dataset.restore;
  control.closest('.zs-field').classList.remove('zs-changed');
  button.closest('.zs-was').hidden = true;
  control.dispatchEvent(new Event('input', { bubbles: true }));
  control.focus();
});

/* Menus close when the reader presses Esc or goes elsewhere. */
function closeMenus(except) {
  for (const menu of document.querySelectorAll('.zs-menu[open]')) if (!menu.contains(except)) menu.open = false;
}
document.addEventListener('click', (event) => closeMenus(event.target));
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closeMenus(null);
});
