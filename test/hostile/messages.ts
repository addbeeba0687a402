import { PROTOCOL } from '../../schema/wire/message'
import { attempt, neighbour, runAs, top, type Attempt } from './attempt'

export const greeting = (type: string, rest: object = {}) => ({ oriel: PROTOCOL, type, ...rest })
/** A naive deep merge, as widgets have them. */
const merge = (into: object, from: object): object => {
  for (const [key, value] of Object.entries(from)) {
    if (value instanceof Object) merge(Object(Reflect.get(into, key)), value)
    else Reflect.set(into, key, value)
  }
  return into
}
const POLLUTION = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'

/** What our own messages guard. The browser does not: so each control says the same as the window that may say it. */
export const messages: Attempt[] = [
  attempt('tells the loader that the neighbour is refused', () => {
    const refusal = greeting('refused', { reason: 'suspended' })
    top().postMessage(refusal, '*')
    runAs(neighbour()[0], 'parent.postMessage(input[0], "*")', refusal)
  }),
  attempt('tells the loader that its own widget is refused', () => {
    const refusal = greeting('refused', { reason: 'suspended' })
    top().postMessage(refusal, '*')
    runAs(parent, 'parent.postMessage(input[0], "*")', refusal)
  }),
  attempt('takes the host page’s place at the neighbour', () => {
    const answer = new MessageChannel()
    const answered = new Promise((resolve) => (answer.port1.onmessage = () => resolve(true)))
    const ask = () => answer.port1.postMessage({ type: 'message', name: 'attack', data: { key: 'look' } })
    try {
      runAs(top(), 'frames[0].postMessage(input[0], "*", [input[1]])', greeting('port'), answer.port2)
    } catch {
      neighbour()[0].postMessage(greeting('port'), '*', [answer.port2])
    }
    ask()
    return answered
  }),
  attempt('takes the widget’s place at the neighbour', ({ key }) => {
    const { port1, port2 } = new MessageChannel()
    try {
      runAs(neighbour()[1], 'parent.postMessage(input[0], "*", [input[1]])', greeting('hello'), port2)
    } catch {
      neighbour()[0].postMessage(greeting('hello'), '*', [port2])
    }
    port1.postMessage({ type: 'track', name: 'taken', data: { key } })
    port1.postMessage({ type: 'message', name: 'taken', data: key })
  }),
  attempt('takes the loader’s place at its own outer frame', () => {
    const { port1, port2 } = new MessageChannel()
    const answered = new Promise((resolve) => (port1.onmessage = () => resolve(true)))
    parent.postMessage(greeting('port'), '*', [port2])
    runAs(
      top(),
      'input[2].postMessage(input[0], "*", [input[1]])',
      greeting('port'),
      new MessageChannel().port2,
      parent,
    )
    port1.postMessage({ type: 'message', name: 'attack', data: { key: 'look' } })
    return Promise.race([answered, Boolean(top().document)])
  }),
  attempt('speaks to the neighbour’s widget directly', () => {
    neighbour()[1].postMessage({ type: 'message', name: 'attack', data: { key: 'deface' } }, '*')
    runAs(neighbour()[1], 'document.body.textContent = "defaced"')
  }),
  attempt('pollutes prototypes of the host page by a message', ({ send }) => {
    send('pollution', JSON.parse(POLLUTION))
    runAs(top(), 'Object.prototype.polluted = true')
  }),
  attempt('pollutes prototypes of the outer frame by an event', ({ send }) => {
    send('__proto__', JSON.parse(POLLUTION))
    const { port1, port2 } = new MessageChannel()
    parent.postMessage(greeting('hello'), '*', [port2])
    for (const type of ['__proto__', 'constructor', 'toString'])
      port1.postMessage({ type, name: 'x', ...JSON.parse(POLLUTION) })
    runAs(top(), 'Object.prototype.polluted = true')
  }),
  attempt('is polluted by its configuration', () => {
    if ('polluted' in {}) return true
    merge({}, JSON.parse(top().document.querySelector('[configuration]')!.getAttribute('configuration')!))
    return 'polluted' in {}
  }),
  attempt('sends the host page an event of the loader', () => {
    const { port1, port2 } = new MessageChannel()
    parent.postMessage(greeting('hello'), '*', [port2])
    for (const type of ['event', 'refused', 'owned'])
      port1.postMessage({ type, detail: { name: 'owned', data: 1 } })
    top().document.dispatchEvent(
      Reflect.construct(Reflect.get(top(), 'Event'), ['oriel:owned', { bubbles: true }]),
    )
  }),
]
