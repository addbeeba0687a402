import { add, addHtml, alone, attempt, call, pause, type Attempt } from './attempt'

const svg = (markup: string) => {
  addHtml(`<svg width="20" height="20" xmlns="http://www.w3.org/2000/svg">${markup}</svg>`)
  return document.querySelector<SVGElement>('svg [tabindex]')!
}
/** A place so far down that the host page must scroll to show it. */
const far = async () => {
  add('div', { style: 'height:3000px' })
  const place = add('p', { id: 'far', tabindex: '0' })
  place.textContent = 'faraway'
  await pause(250)
  return place
}

/** What disturbs without telling or changing anything: no sandbox or policy of a browser covers all of it. */
export const nuisance: Attempt[] = [
  attempt('takes the focus', () => add('input').focus()),
  attempt('takes the focus past the prelude', () => {
    const { contentWindow } = add('iframe') as HTMLIFrameElement
    Reflect.get(contentWindow!, 'HTMLElement').prototype.focus.call(add('input'))
  }),
  attempt('takes the focus by autofocus', () => add('input', { autofocus: '' })),
  attempt('takes the focus by an svg', () => svg('<rect tabindex="0" width="9" height="9"/>').focus()),
  attempt('takes the focus by mathematics', () => {
    addHtml('<math tabindex="0"><mi>a</mi></math>')
    call(document.querySelector('math'), 'focus')
  }),
  attempt('takes the focus by a dialog', () => {
    addHtml('<dialog><input></dialog>')
    document.querySelector('dialog')!.showModal()
  }),
  attempt('takes the focus by a popover', () => {
    addHtml('<div popover><input autofocus></div>')
    document.querySelector<HTMLElement>('[popover]')!.showPopover()
  }),
  attempt('takes the focus by selecting', () => (add('input', { value: 'a' }) as HTMLInputElement).select()),
  attempt('takes the focus by a label', () => {
    addHtml('<label>a<input></label>')
    document.querySelector('label')!.click()
  }),
  attempt('takes the focus by an editable', () => {
    const editable = add('p', { contenteditable: '' })
    editable.textContent = 'a'
    getSelection()!.selectAllChildren(editable)
  }),
  attempt('takes the focus as a window', () => window.focus()),
  attempt('takes the focus for the outer frame', () => parent.focus()),
  attempt('takes the focus by a nested frame', () =>
    (add('iframe') as HTMLIFrameElement).contentWindow!.focus(),
  ),
  attempt('scrolls the page', async () => (await far()).scrollIntoView()),
  attempt('scrolls the page past the prelude', async () =>
    Element.prototype.scrollIntoView.call(await far()),
  ),
  attempt('scrolls the page if needed', async () => call(await far(), 'scrollIntoViewIfNeeded')),
  attempt('scrolls the page by a fragment', async () => {
    await far()
    location.hash = 'far'
  }),
  attempt('scrolls the page by a link', async () => {
    await far()
    add('a', { href: '#far' }).click()
  }),
  attempt('scrolls the page by finding', async () => {
    await far()
    call(window, 'find', 'faraway')
  }),
  attempt('scrolls the page by selecting', async () => {
    getSelection()!.selectAllChildren(await far())
    getSelection()!.modify('extend', 'forward', 'character')
  }),
  attempt('scrolls the page by an svg', async () => {
    await far()
    svg('<rect tabindex="0" width="9" height="9"/>').scrollIntoView()
  }),
  attempt('scrolls the page by focus', async () => HTMLElement.prototype.focus.call(await far())),
  attempt('scrolls the page by autofocus', async () => {
    await far()
    add('input', { autofocus: '' })
  }),
  attempt('adds history', () => history.pushState(1, '')),
  attempt('adds history past the prelude', () => History.prototype.pushState.call(history, 1, '')),
  attempt('adds history by a fragment', () => void (location.hash = `a${Math.random()}`)),
  attempt('adds history by a link', () => add('a', { href: '#b' }).click()),
  attempt(
    'adds history by the navigation API',
    () => void call(Reflect.get(window, 'navigation'), 'navigate', '#c'),
  ),
  attempt('adds history by a nested frame', async () => {
    const { contentWindow } = add('iframe', { srcdoc: 'a' }) as HTMLIFrameElement
    await pause(100)
    contentWindow!.location.href = 'about:blank#b'
  }),
  attempt('adds history by a navigation that is blocked', ({ evil }) => location.assign(evil)),
  attempt('stalls the page by a loop', () => {
    const end = performance.now() + 1200
    while (performance.now() < end);
  }),
  attempt('floods the page with messages', ({ send }) => {
    for (let count = 0; count < 300; count++) send('flood', count)
    const { document: page } = window.top!
    for (let count = 0; count < 300; count++)
      page.body.dispatchEvent(new CustomEvent('oriel:event', { bubbles: true }))
  }),
  attempt('grows beyond every page', async () => {
    add('div', { style: 'height:90000px' })
    await pause(200)
    parent.frameElement!.setAttribute('style', 'height:90000px')
  }),
  attempt('changes its height without rest', async () => {
    const block = add('div')
    for (let step = 0; step < 40; step++) {
      block.style.height = `${step % 2 ? 300 : 600}px`
      await pause(25)
    }
    for (let step = 0; step < 60; step++)
      parent.frameElement!.setAttribute('style', `height:${step % 2 ? 300 : 301}px`)
    // Style changes in one turn are seen one by one.
  }),
  attempt('keeps the screen awake', async () => Boolean(await navigator.wakeLock.request('screen'))),
  alone('opens an alert', () => alert('Pay here')),
  alone('opens a question', () => confirm('Pay here?')),
  alone('opens a prompt', () => prompt('Your password?')),
]
