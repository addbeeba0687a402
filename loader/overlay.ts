/**
 * Dialogs, for elements whose mode is not inline. Native elements do the work: `<dialog>` brings the top layer, the
 * focus trap, Escape and the way back of the focus. Nothing here touches the page's own elements or its scrolling.
 */
type Panel = { show: () => void; hide: () => void }
/** What `/w/:id/launcher.js` says of a widget. */
type Launcher = { refused?: string; title?: string; label?: string; icon?: string; side?: string }

/** A speech bubble, in a box of 24 by 24. */
const ICON = 'M4 4h16v12H9l-5 4z'
const STYLES = `:host{display:contents}
:host([theme=light]){color-scheme:light}
:host([theme=dark]){color-scheme:dark}
dialog{width:40rem;max-width:calc(100% - 2rem);max-height:calc(100% - 2rem);padding:0;border:0;border-radius:.75rem;overflow:auto;overscroll-behavior:contain;background:Canvas;color:CanvasText;box-shadow:0 .5rem 2rem #0006}
dialog::backdrop{background:#0008}
button{font:600 1rem/1.5 system-ui,sans-serif;border:0;border-radius:2rem;min-width:44px;min-height:44px;color:Canvas;background:CanvasText;cursor:pointer}
button:focus-visible{outline:3px solid Highlight;outline-offset:2px}
.close{position:sticky;top:0;float:inline-end;color:inherit;background:Canvas}
.launcher,.floating{position:fixed;z-index:2147483647;inset-block:auto 1rem;inset-inline:auto 1rem}
.launcher{display:flex;gap:.5rem;align-items:center;padding:.5rem 1rem;max-width:calc(100% - 2rem)}
.floating{inset-block:auto 5rem;margin:0;width:24rem;max-height:calc(100% - 6rem)}
.sidebar{inset-block:0;inset-inline:auto 0;margin:0;width:26rem;height:100%;max-height:none;border-radius:0}
.start{inset-inline:1rem auto}
.sidebar.start{inset-inline:0 auto}
svg{width:1.5rem;fill:currentColor}
@media(prefers-reduced-motion:no-preference){[open]{animation:come .2s}}
@keyframes come{from{opacity:0;translate:0 1rem}}`

const panels = new WeakMap<Element, Panel>()

const emit = (element: Element, type: string, detail?: object) =>
  void element.dispatchEvent(new CustomEvent(`oriel:${type}`, { bubbles: true, detail }))

/** Gives an element its dialog and, if it has a mode with a place of its own, the button that opens it. */
export async function furnish(element: HTMLElement, address: string, begin: () => void): Promise<void> {
  const known = panels.get(element)
  // Taken out of the page while it was open, it comes back closed.
  if (known) return known.hide()
  const mode = element.getAttribute('mode')!
  const shadow = element.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLES)
  shadow.adoptedStyleSheets = [sheet]
  const add = <Name extends 'dialog' | 'button'>(name: Name, part: string, parent: Node = shadow) => {
    const made = document.createElement(name)
    made.className = part
    made.setAttribute('part', part)
    return parent.appendChild(made)
  }
  const dialog = add('dialog', mode)
  const cross = add('button', 'close', dialog)
  let name = 'Widget'
  const label = () => {
    dialog.ariaLabel = name
    for (const frame of element.querySelectorAll('iframe')) frame.title = name
  }
  let launcher: HTMLButtonElement | undefined
  const hide = () => {
    const isWithin = element.contains(document.activeElement)
    dialog.close()
    if (isWithin) launcher?.focus()
  }
  const show = () => {
    if (dialog.open) return
    if (mode === 'floating') dialog.show()
    else dialog.showModal()
    begin()
    label()
    if (launcher) launcher.ariaExpanded = 'true'
    emit(element, 'open')
  }
  panels.set(element, { show, hide })
  cross.textContent = '✕'
  cross.ariaLabel = 'Close'
  cross.onclick = hide
  dialog.append(document.createElement('slot'))
  dialog.onkeydown = ({ key }) => key === 'Escape' && hide()
  dialog.onclose = () => {
    if (launcher) launcher.ariaExpanded = 'false'
    emit(element, 'close')
  }

  const {
    refused,
    title,
    label: text,
    icon,
    side,
  }: Launcher = await import(`${address}/launcher.js`).then(
    (script) => script.default,
    () => ({}),
  )
  if (refused) return emit(element, 'error', { code: refused, message: `Oriel: ${address} is ${refused}` })
  name = element.title || title || name
  label()
  if (mode === 'dialog') return
  launcher = add('button', 'launcher')
  launcher.ariaHasPopup = 'dialog'
  launcher.ariaExpanded = 'false'
  launcher.onclick = () => (dialog.open ? hide() : show())
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.ariaHidden = 'true'
  svg.appendChild(document.createElementNS(svg.namespaceURI, 'path')).setAttribute('d', icon || ICON)
  launcher.append(svg, text || name)
  if (side) for (const { classList } of [launcher, dialog]) classList.add(side)
}

/** Opens what is not inline; an inline element only says so, for pages that show it themselves. */
export function open(element: Element): void {
  const panel = panels.get(element)
  if (panel) panel.show()
  else emit(element, 'open')
}

/** The same the other way. */
export function close(element: Element): void {
  const panel = panels.get(element)
  if (panel) panel.hide()
  else emit(element, 'close')
}
