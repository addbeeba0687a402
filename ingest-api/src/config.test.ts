import { describe, expect, test } from 'vitest'
import { readConfig } from './config'

const SMTP = { SMTP_HOST: 'mail.example.com', SMTP_FROM: 'Oriel <oriel@example.com>' }

describe('settings', () => {
  test('that are wrong are named together', () => {
    const env = {
      PORT: 'x',
      AUTH_SECRET: 'short',
      SMTP_HOST: 'a',
      SMTP_USER: 'b',
      ENABLE_PERSONA_SWITCHING: 'yes',
    }
    expect(() => readConfig(env)).toThrow(
      /PORT[^]*AUTH_SECRET[^]*SMTP_USER and SMTP_PASSWORD[^]*SMTP_FROM[^]*ENABLE_PERSONA_SWITCHING/,
    )
  })

  test('of the mail server are optional', () => {
    expect(readConfig({}).smtp).toBeUndefined()
    expect(readConfig(SMTP).smtp).toEqual({
      host: 'mail.example.com',
      port: 587,
      user: undefined,
      password: undefined,
      from: 'Oriel <oriel@example.com>',
    })
  })

  test('turn switching personas off', () => {
    expect(readConfig({}).personaSwitching).toBe(true)
    expect(readConfig({ ENABLE_PERSONA_SWITCHING: 'false' }).personaSwitching).toBe(false)
  })
})
