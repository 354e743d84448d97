// A form with data-draft is saved while it is written: a moment after typing, on leaving a field, and on leaving the page.
'use strict'

// Whether something stands in the form that the page did not bring: typed while this script was still on its way.
function typedAlready (form) {
  return Array.from(form.elements).some((field) => {
    if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked
    if (field.options) return Array.from(field.options).some((option) => option.selected !== option.defaultSelected)
    return field.type !== 'hidden' && 'defaultValue' in field && field.value !== field.defaultValue
  })
}

for (const form of document.querySelectorAll('form[data-draft]')) {
  const told = form.querySelector('[data-draft-told]')
  let changed = false, saving = false, stopped = false, timer = 0, underway = new AbortController()

  const tell = (words) => { told.textContent = words; told.hidden = false }
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(() => save(false), wait) }

  // Who has signed in again has another token against forgery: the page is asked for it.
  async function renew () {
    const page = await fetch(location.href, { redirect: 'error' })
    const found = new DOMParser().parseFromString(await page.text(), 'text/html')
    form.elements.csrfmiddlewaretoken.value = found.querySelector('form[data-draft] [name=csrfmiddlewaretoken]').value
  }

  async function save (leaving) {
    if (!changed || stopped || (saving && !leaving)) return
    changed = false
    saving = true
    underway = new AbortController()
    let wait = 10000
    try {
      const answer = await fetch(form.dataset.draft, { method: 'POST', body: new FormData(form), redirect: 'error', keepalive: Boolean(leaving), signal: underway.signal })
      const body = await answer.json()
      if (answer.ok) {
        form.elements.draft_number.value = body.number
        wait = 2000
      } else {
        stopped = true
      }
      tell(body.told)
    } catch {
      if (stopped) return
      changed = true
      tell(form.dataset.lost)
      await renew().catch(() => {})
    }
    saving = false
    if (changed) later(wait)
  }

  form.addEventListener('input', () => { changed = true; later(2000) })
  form.addEventListener('focusout', () => save(false))
  form.addEventListener('submit', () => { stopped = true; underway.abort() }) // what is sent whole is not saved beside
  window.addEventListener('pagehide', () => save(true))
  if (typedAlready(form)) { changed = true; later(0) }
}
