import { describe, expect, test } from 'vitest'
import { fitsMessage, isGreeting, isHostMessage, isWidgetMessage, MAX_MESSAGE_BYTES } from './message'

const nothings = [
  undefined,
  null,
  0,
  'ready',
  [],
  {},
  { type: 7 },
  { type: 'toString' },
  { type: '__proto__' },
]

describe('isWidgetMessage', () => {
  test.for([
    { type: 'ready' },
    { type: 'pong' },
    { type: 'ask', id: 0, what: 'open' },
    { type: 'ask', id: 7, what: 'save', subject: 'draft', value: { text: '' } },
    { type: 'resize', height: 20 },
    { type: 'track', name: 'vote' },
    { type: 'track', name: 'vote', data: { answer: 'tea' } },
    { type: 'message', name: 'hello', data: null },
    { type: 'error', code: 'TypeError', message: 'x', stack: 'y' },
    { type: 'no_widget' },
    { type: 'integrity' },
  ])('accepts %j', (message) => expect(isWidgetMessage(message)).toBe(true))

  test.for([
    ...nothings,
    { type: 'token' },
    { type: 'ask', what: 'open' },
    { type: 'ask', id: 1, what: 'toString' },
    { type: 'ask', id: 1, what: 'link', subject: 7 },
    { type: 'resize', height: Infinity },
    { type: 'resize', height: '20' },
    { type: 'track', name: '' },
    { type: 'track', name: 'x'.repeat(65) },
    { type: 'track', name: 'vote', data: [1] },
    { type: 'error', code: 'x', message: 7 },
    { type: 'hasOwnProperty' },
    { type: 'context', colorScheme: 'dark', direction: 'ltr', configuration: null },
  ])('refuses %j', (message) => expect(isWidgetMessage(message)).toBe(false))
})

describe('isHostMessage', () => {
  test.for([
    { type: 'context', colorScheme: 'light dark', direction: 'rtl', configuration: null },
    { type: 'context', colorScheme: 'dark', direction: 'ltr', locale: 'de', configuration: '{}' },
    { type: 'message', name: 'hello', data: 1 },
  ])('accepts %j', (message) => expect(isHostMessage(message)).toBe(true))

  test.for([
    ...nothings,
    { type: 'context', colorScheme: 'dark', direction: 'ltr' },
    { type: 'context', colorScheme: 'dark', direction: 'ltr', configuration: {} },
    { type: 'context', colorScheme: 1, direction: 'ltr', configuration: null },
    { type: 'message', name: 7, data: 1 },
    { type: 'track', name: 'vote' },
  ])('refuses %j', (message) => expect(isHostMessage(message)).toBe(false))
})

test('isGreeting knows only its own protocol version', () => {
  expect(isGreeting({ oriel: 1, type: 'hello' })).toBe(true)
  for (const other of [{ oriel: 2, type: 'hello' }, { type: 'hello' }, 'hello', null])
    expect(isGreeting(other)).toBe(false)
})

test('fitsMessage counts bytes, not characters, and refuses what JSON cannot carry', () => {
  expect(fitsMessage('x'.repeat(MAX_MESSAGE_BYTES - 2))).toBe(true)
  expect(fitsMessage('x'.repeat(MAX_MESSAGE_BYTES - 1))).toBe(false)
  expect(fitsMessage('ü'.repeat(MAX_MESSAGE_BYTES / 2))).toBe(false)
  const cycle: { self?: object } = {}
  cycle.self = cycle
  expect(fitsMessage(cycle)).toBe(false)
  expect(fitsMessage(1n)).toBe(false)
})
