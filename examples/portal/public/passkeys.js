// Asks the browser for a passkey, and sends its answer with the form around the button.

const passkeys = window.PublicKeyCredential
const canPasskeys = typeof passkeys?.parseRequestOptionsFromJSON === 'function'
let asking = new AbortController()

const said = {
  NotAllowedError: 'Nothing was sent: the request was closed, or took too long. Try again, or use another way.',
  InvalidStateError: 'This device has a passkey for your account already.',
  SecurityError: 'Passkeys do not work under this address.',
}

function say(button, text) {
  const line = button.form.querySelector('[data-passkey-said]')
  line.textContent = text
  line.hidden = text === ''
}

/** The page holds the options, or the server makes new ones. They are good for five minutes and one answer. */
async function optionsFor({ dataset }) {
  if (dataset.options) return JSON.parse(dataset.options)
  const answer = await fetch(dataset.from, { method: 'POST' })
  const body = await answer.json()
  if (!answer.ok) throw new Error(body.text)
  return body
}

async function credentialFor(button, mediation) {
  asking.abort()
  asking = new AbortController()
  const { signal } = asking
  const options = await optionsFor(button)
  if (signal.aborted) throw new DOMException('', 'AbortError')
  if (button.dataset.passkey === 'create') {
    return navigator.credentials.create({ publicKey: passkeys.parseCreationOptionsFromJSON(options), signal })
  }
  const publicKey = passkeys.parseRequestOptionsFromJSON(options)
  return navigator.credentials.get({ publicKey, signal, ...(mediation ? { mediation } : {}) })
}

function send(button, credential) {
  const { form, dataset } = button
  form.elements.response.value = JSON.stringify(credential)
  form.action = dataset.to
  // Not requestSubmit(): it would demand a code in the other field.
  form.submit()
}

async function ask(button) {
  say(button, '')
  button.disabled = true
  try {
    send(button, await credentialFor(button))
  } catch (error) {
    if (error.name !== 'AbortError')
      say(button, said[error.name] ?? 'That did not work. Reload the page, or use another way.')
    if ('autofill' in button.dataset) void offer(button)
  } finally {
    button.disabled = false
  }
}

/** Offers passkeys in the autofill of the name field, as long as the page is open. */
async function offer(button) {
  if (!(await passkeys.isConditionalMediationAvailable?.())) return
  const renewal = setTimeout(() => void offer(button), 4 * 60_000)
  try {
    send(button, await credentialFor(button, 'conditional'))
  } catch {
    // No passkey was chosen, or the button was pressed instead.
  }
  clearTimeout(renewal)
}

if (canPasskeys) {
  for (const part of document.querySelectorAll('[data-scripted], [data-passkey]')) part.hidden = false
  for (const note of document.querySelectorAll('[data-without-passkeys]')) note.hidden = true
  for (const button of document.querySelectorAll('[data-passkey]')) {
    button.addEventListener('click', () => void ask(button))
    if ('autofill' in button.dataset) void offer(button)
    if ('now' in button.dataset) void ask(button)
  }
  const forgotten = document.querySelector('[data-unknown-passkey]')
  if (forgotten) {
    const { unknownPasskey: credentialId, rp: rpId } = forgotten.dataset
    passkeys.signalUnknownCredential?.({ rpId, credentialId }).catch(() => {})
  }
}
