// @vitest-environment happy-dom
import * as preact from 'preact'
import * as hooks from 'preact/hooks'
import { beforeAll, describe, expect, test } from 'vitest'
import { expressionOf, OFFERED } from './abi'
import * as extras from './extras'
import * as sdk from './index'
import { actions } from './runtime'

const own: Record<string, unknown> = { ...preact, ...hooks, ...sdk }
let oriel: unknown[]

/** What a bundle gets for a name. */
const taken = (name: string) => new Function('oriel', `return ${expressionOf(name)}`)(oriel)

beforeAll(async () => {
  const settings = { configuration: {}, title: 'Test', version: '1.0.0' }
  document.body.innerHTML = '<script type="application/json" id="oriel"></script>'
  document.getElementById('oriel')!.textContent = JSON.stringify(settings)
  await import('./frame/inner')
  const found: unknown = window.oriel
  if (!Array.isArray(found)) throw new Error('The runtime offers nothing.')
  oriel = found
})

test('has everything that Preact, its hooks and the SDK export, but what is bundled', () => {
  const missing = Object.keys(own).filter((name) => !expressionOf(name))
  expect(missing.sort()).toEqual(Object.keys(extras).sort())
})

test('has the actions where bundled code looks for them', () => expect(taken('actions')).toBe(actions()))

test.for(OFFERED.filter((name) => !['mount', 'jsx', 'actions'].includes(name)))(
  'offers %s in its place',
  (name) => {
    expect(taken(name)).toBe(own[name])
  },
)

describe('names that come with the bundle', () => {
  const vnode = preact.h('p', { key: 'k', id: 'a' }, 'text', 'more')

  test('cloneElement keeps what it is not told to change', () => {
    const shape = ({ type, props, key }: preact.VNode<object>) => ({ type, props, key })
    const clone: typeof preact.cloneElement = taken('cloneElement')
    for (const args of [
      [vnode],
      [vnode, { id: 'b' }],
      [vnode, { key: 'l' }, 'other'],
      [preact.h('p', null)],
    ] as const) {
      expect(shape(clone(...(args as [preact.VNode])))).toEqual(
        shape(preact.cloneElement(...(args as [preact.VNode]))),
      )
    }
  })

  test('toChildArray flattens and leaves out what is not shown', () => {
    for (const children of [undefined, false, 0, '', 'a', [null, ['a', [true, 1]]]]) {
      expect(taken('toChildArray')(children)).toEqual(preact.toChildArray(children))
    }
  })

  test('isValidElement knows elements', () => {
    for (const value of [vnode, null, {}, 'p'])
      expect(taken('isValidElement')(value)).toBe(preact.isValidElement(value))
  })

  test('jsx makes what createElement makes', () => {
    const jsx: (type: string, props: object, key?: string) => preact.VNode<{ children?: unknown }> =
      taken('jsx')
    const { type, props, key } = jsx('p', { id: 'a', children: ['text', 'more'] }, 'k')
    expect({ type, props, key }).toEqual({ type: 'p', props: vnode.props, key: 'k' })
  })
})
