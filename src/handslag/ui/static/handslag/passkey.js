// A form with data-passkey asks the device ("create" or "get") before it is sent, and sends what the device answers.
'use strict';
for (const form of document.querySelectorAll('form[data-passkey]')) {
  form.addEventListener('submit', async function (event) {
    event.preventDefault()
    const failed = form.querySelector('[data-failed]')
    failed.hidden = true
    try {
      const answer = await window.webauthnJSON[form.dataset.passkey](JSON.parse(form.dataset.options))
      form.elements.credential.value = JSON.stringify(answer)
      form.submit()
    } catch {
      failed.hidden = false
    }
  })
}
