import { add, addHtml, attempt, blobUrl, call, goUnheard, pause, runAs, type Attempt } from './attempt'

export const hasRun = () => Reflect.get(window, 'ran') === true
const ranSoon = async () => {
  await pause(150)
  return hasRun()
}

const ways: Attempt[] = [
  attempt('eval', () => call(window, 'eval', 'true')),
  attempt('Function', () => Reflect.construct(Function, ['return true'])()),
  attempt('a constructor found on a function', () =>
    Reflect.construct(attempt.constructor, ['return true'])(),
  ),
  attempt(
    'a generator’s constructor',
    () => Reflect.construct(function* () {}.constructor, ['yield true'])().next().value,
  ),
  attempt('a timer with text', () => {
    call(window, 'setTimeout', 'ran = true')
    return ranSoon()
  }),
  attempt('an inline script', () => {
    add('script').append('ran = true')
    return ranSoon()
  }),
  attempt('an inline script with the nonce of another', () => {
    const { nonce } = document.querySelector('script')!
    const script = document.createElement('script')
    script.nonce = nonce
    script.textContent = 'ran = true'
    document.body.append(script)
    return ranSoon()
  }),
  attempt('an inline handler', () => {
    add('button', { onclick: 'ran = true' }).click()
    return hasRun()
  }),
  attempt('a handler in markup', () => {
    addHtml('<img src="data:," onerror="ran = true">')
    return ranSoon()
  }),
  attempt('a handler of an svg', () => {
    addHtml('<svg onload="ran = true"><animate onbegin="ran = true" attributeName="x" dur="1s"/></svg>')
    return ranSoon()
  }),
  attempt('a script link', () => {
    goUnheard()
    add('a', { href: 'javascript:void(ran = true)' }).click()
    return ranSoon()
  }),
  attempt('a script of a blob', () => {
    add('script', { src: blobUrl('ran = true', 'text/javascript') })
    return ranSoon()
  }),
  attempt('a script of data', () => {
    add('script', { src: 'data:text/javascript,ran = true' })
    return ranSoon()
  }),
  attempt('a script of an svg', () => {
    addHtml('<svg></svg>')
    const script = document.createElementNS('http://www.w3.org/2000/svg', 'script')
    script.textContent = 'ran = true'
    document.querySelector('svg')!.append(script)
    return ranSoon()
  }),
  attempt('import() of data', async () => {
    await import(/* @vite-ignore */ ['data:text/javascript,globalThis.ran = true'].join())
    return hasRun()
  }),
  attempt('import() of a blob', async () => {
    await import(/* @vite-ignore */ blobUrl('globalThis.ran = true', 'text/javascript'))
    return hasRun()
  }),
  attempt('an import map', async () => {
    add('script', { type: 'importmap' }).textContent =
      '{"imports":{"far":"data:text/javascript,globalThis.ran = true"}}'
    await import(/* @vite-ignore */ ['f', 'ar'].join(''))
    return hasRun()
  }),
  attempt('WebAssembly', async () => {
    await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
    return true
  }),
  attempt('a script in a nested frame', () => {
    add('iframe', { srcdoc: '<script>parent.postMessage(true, "*")</script>' })
    return new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data), { once: true }))
  }),
  attempt('eval of a nested frame', () =>
    runAs((add('iframe') as HTMLIFrameElement).contentWindow!, 'return true'),
  ),
  attempt('a worker of a blob', () => {
    const worker = new Worker(blobUrl('postMessage(true)', 'text/javascript'))
    return new Promise((resolve) => worker.addEventListener('message', ({ data }) => resolve(data)))
  }),
  attempt('document.write', () => {
    document.write('<script>ran = true</script>')
    return ranSoon()
  }),
  attempt('a parsed range', () => {
    document.body.append(document.createRange().createContextualFragment('<script>ran = true</script>'))
    return ranSoon()
  }),
]

/** Code that no hash stands for. */
export const code = ways.map(({ name, run }) => attempt(`runs ${name}`, run))
