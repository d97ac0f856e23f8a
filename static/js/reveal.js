/* The button beside a password that shows what was typed. */
for (const button of document.querySelectorAll('[data-reveal]')) {
  const input = document.getElementById(button.dataset.reveal);
  const word = button.firstChild;
  const show = (on) => {
    input.type = on ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(on));
    word.nodeValue = on ? '隐藏' : '显示';
  };
  button.addEventListener('click', () => show(input.type === 'password'));
  input.form?.addEventListener('submit', () => show(false));
}
