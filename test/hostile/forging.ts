import { add, attempt, runAs, type Attempt } from './attempt'
import { greeting } from './messages'

const forged = (key: string) => {
  const id = `01900000-0000-7000-8000-${Math.random().toString(16).slice(2, 14).padEnd(12, '0')}`
  return {
    token: 'made up',
    sentAt: Date.now(),
    events: [{ id, type: 'load', name: `forged ${key}`, at: Date.now() }],
  }
}
/** Sends a made-up event with the outer's own token where that can be read. */
const forge = (key: string, send: (url: string, body: string) => unknown) => {
  try {
    const { token, api } = JSON.parse(parent.document.getElementById('oriel')!.textContent!)
    return send(`${api}/v1/events`, JSON.stringify({ ...forged(key), token }))
  } catch {
    const api = document.referrer || location.ancestorOrigins?.[0] || ''
    return send(`${api.replace(/\/$/, '')}/v1/events`, JSON.stringify(forged(key)))
  }
}

/** Events that never happened. */
export const forging: Attempt[] = [
  attempt('forges an event by fetch', ({ key }) =>
    forge(key, (url, body) => fetch(url, { method: 'POST', body })),
  ),
  attempt('forges an event by sendBeacon', ({ key }) =>
    forge(key, (url, body) => void navigator.sendBeacon(url, body)),
  ),
  attempt('forges an event by XMLHttpRequest', ({ key }) =>
    forge(key, (url, body) => {
      const request = new XMLHttpRequest()
      request.open('POST', url)
      request.send(body)
    }),
  ),
  attempt('forges an event by a form', ({ key }) =>
    forge(key, (action, body) => {
      const form = add('form', { action, method: 'post', enctype: 'text/plain' }) as HTMLFormElement
      // A form of plain text sends `name=value`, which can be made to read as JSON.
      const [name, value] = [`${body.slice(0, -1)},"x":"`, '"}']
      add('input', { name, value }, form)
      form.submit()
    }),
  ),
  attempt('forges a load by a message', ({ key }) => {
    const { port1, port2 } = new MessageChannel()
    parent.postMessage(greeting('hello'), '*', [port2])
    port1.postMessage({ type: 'load', name: `forged ${key}` })
    return forge(key, (url, body) =>
      parent === window
        ? undefined
        : runAs(parent, 'fetch(input[0], { method: "POST", body: input[1] })', url, body),
    )
  }),
]
