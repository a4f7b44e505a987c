// Every page works without this file.

for (const button of document.querySelectorAll('[data-copy], [data-print]')) button.hidden = false

for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    const source = document.querySelector(button.dataset.copy)
    const items = [...source.querySelectorAll('li')]
    const text = items.length > 0 ? items.map((item) => item.textContent.trim()).join('\n') : source.textContent.trim()
    const label = button.textContent
    try {
      await navigator.clipboard.writeText(text)
      button.textContent = 'Copied'
    } catch {
      button.textContent = 'Select and copy it by hand'
    }
    setTimeout(() => (button.textContent = label), 2000)
  })
}

for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => window.print())

for (const line of document.querySelectorAll('[data-until]')) {
  const until = Number(line.dataset.until)
  const { before, done, holds } = line.dataset
  const buttons = document.querySelectorAll(holds)
  const tick = () => {
    const seconds = Math.ceil((until - Date.now()) / 1000)
    for (const button of buttons) button.disabled = seconds > 0
    if (seconds <= 0) {
      line.textContent = done
      line.setAttribute('aria-live', 'polite')
      clearInterval(timer)
    } else {
      const minutes = Math.floor(seconds / 60)
      line.textContent = `${before} ${minutes > 0 ? `${minutes} min ` : ''}${seconds % 60} s`
    }
  }
  // A screen reader does not read every second, only the end.
  line.setAttribute('aria-live', 'off')
  const timer = setInterval(tick, 500)
  tick()
}

// Only one menu is open at a time.
for (const menu of document.querySelectorAll('details.menu')) {
  menu.addEventListener('toggle', () => {
    if (!menu.open) return
    for (const other of document.querySelectorAll('details.menu[open]')) if (other !== menu) other.open = false
  })
}
