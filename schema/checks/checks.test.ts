import * as fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import { EVENT_TYPES, isWireEvent, type WireBatch, type WireEvent } from '../wire/event'
import { uuidV7 } from '../wire/id'
import type { Manifest } from '../wire/manifest'
import { normalizeOrigin } from '../wire/origin'
import type * as requests from '../wire/requests'
import * as accounts from './accounts'
import { wireBatch, wireEvent } from './event'
import * as implementations from './implementations'
import { manifest } from './manifest'
import * as projects from './projects'
import { timezone } from './usage'

test('every check takes exactly its wire type', () => {
  expectTypeOf<z.input<typeof accounts.registerRequest>>().toEqualTypeOf<requests.RegisterRequest>()
  expectTypeOf<z.input<typeof accounts.loginRequest>>().toEqualTypeOf<requests.LoginRequest>()
  expectTypeOf<z.input<typeof accounts.refreshRequest>>().toEqualTypeOf<requests.RefreshRequest>()
  expectTypeOf<z.input<typeof accounts.personaRequest>>().toEqualTypeOf<requests.PersonaRequest>()
  expectTypeOf<z.input<typeof accounts.createApiKeyRequest>>().toEqualTypeOf<requests.CreateApiKeyRequest>()
  expectTypeOf<z.input<typeof accounts.verifyRequest>>().toEqualTypeOf<requests.VerifyRequest>()
  expectTypeOf<z.input<typeof accounts.forgotRequest>>().toEqualTypeOf<requests.ForgotRequest>()
  expectTypeOf<z.input<typeof accounts.resetRequest>>().toEqualTypeOf<requests.ResetRequest>()
  expectTypeOf<
    z.input<typeof accounts.changePasswordRequest>
  >().toEqualTypeOf<requests.ChangePasswordRequest>()
  expectTypeOf<z.input<typeof accounts.changeEmailRequest>>().toEqualTypeOf<requests.ChangeEmailRequest>()
  expectTypeOf<z.input<typeof accounts.updateProfileRequest>>().toEqualTypeOf<requests.UpdateProfileRequest>()
  expectTypeOf<z.input<typeof accounts.confirmRequest>>().toEqualTypeOf<requests.ConfirmRequest>()
  expectTypeOf<z.input<typeof accounts.codeRequest>>().toEqualTypeOf<requests.CodeRequest>()
  expectTypeOf<z.input<typeof accounts.challengeRequest>>().toEqualTypeOf<requests.ChallengeRequest>()
  expectTypeOf<
    z.input<typeof accounts.disableSecondFactorRequest>
  >().toEqualTypeOf<requests.DisableSecondFactorRequest>()
  expectTypeOf<z.input<typeof projects.createProjectRequest>>().toEqualTypeOf<requests.CreateProjectRequest>()
  expectTypeOf<z.input<typeof projects.updateProjectRequest>>().toEqualTypeOf<requests.UpdateProjectRequest>()
  expectTypeOf<z.input<typeof projects.releaseRequest>>().toEqualTypeOf<requests.ReleaseRequest>()
  expectTypeOf<z.input<typeof projects.rollbackRequest>>().toEqualTypeOf<requests.RollbackRequest>()
  expectTypeOf<z.output<typeof implementations.implementRequest>>().toEqualTypeOf<requests.ImplementRequest>()
  expectTypeOf<z.output<typeof implementations.configureRequest>>().toEqualTypeOf<requests.ConfigureRequest>()
  expectTypeOf<z.input<typeof implementations.originsRequest>>().toEqualTypeOf<requests.OriginsRequest>()
  expectTypeOf<z.input<typeof implementations.pinRequest>>().toEqualTypeOf<requests.PinRequest>()
  expectTypeOf<z.input<typeof implementations.statusRequest>>().toEqualTypeOf<requests.StatusRequest>()
  expectTypeOf<z.output<typeof manifest>>().toEqualTypeOf<Manifest>()
  expectTypeOf<z.output<typeof wireEvent>>().toEqualTypeOf<WireEvent>()
  expectTypeOf<z.output<typeof wireBatch>>().toEqualTypeOf<WireBatch>()
})

test('the event check and the hand guard agree', () => {
  const now = 1_790_000_000_000
  const sometimes = <T>(good: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: fc.jsonValue() })
  const event = fc.record(
    {
      id: sometimes(fc.integer({ min: -1e6, max: 1e5 }).map((offset) => uuidV7(now + offset))),
      type: sometimes(fc.constantFrom(...EVENT_TYPES)),
      name: sometimes(fc.string({ maxLength: 70 })),
      at: sometimes(fc.double({ noNaN: true, noDefaultInfinity: true })),
      data: sometimes(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 10 }))),
    },
    { requiredKeys: ['id', 'type', 'at'] },
  )
  let good = 0
  fc.assert(
    fc.property(
      fc.oneof({ weight: 9, arbitrary: event }, { weight: 1, arbitrary: fc.jsonValue() }),
      (value) => {
        const guarded = isWireEvent(value, now)
        if (guarded) good++
        expect(wireEvent.safeParse(value).success).toBe(guarded)
      },
    ),
    { numRuns: 2000 },
  )
  expect(good).toBeGreaterThan(200)
})

test('a data object is nested at most eight levels in both', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })
  const at = 1_790_000_000_000
  for (const [levels, passes] of [
    [8, true],
    [9, false],
  ] as const) {
    const event = { id: uuidV7(at), type: 'load', at, data: nested(levels) }
    expect(isWireEvent(event, at)).toBe(passes)
    expect(wireEvent.safeParse(event).success).toBe(passes)
  }
})

test.each([
  ['https://Example.com', 'https://example.com'],
  ['https://example.com/', 'https://example.com'],
  ['https://example.com:443', 'https://example.com'],
  ['http://localhost:3000', 'http://localhost:3000'],
  ['https://*.example.com', 'https://*.example.com'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ['https://*.com', undefined],
  ['https://*', undefined],
  ['https://a.*.example.com', undefined],
  ['https://example.com/path', undefined],
  ['https://example.com?x', undefined],
  ['https://me@example.com', undefined],
  ['https://example.com; script-src *', undefined],
  ["https://example.com 'unsafe-inline'", undefined],
  ['javascript:alert(1)', undefined],
  ['file:///etc', undefined],
  ['example.com', undefined],
  ['null', undefined],
])('the origin of %s is %s', (value, origin) => expect(normalizeOrigin(value)).toBe(origin))

test('a time zone is called by the name that it has today, whatever its capitals', () => {
  for (const name of [
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Europe/Kyiv',
    'America/Nuuk',
    'Europe/Amsterdam',
    'UTC',
  ]) {
    expect(timezone.parse(name)).toBe(name)
    expect(timezone.parse(name.toLowerCase())).toBe(name)
  }
  expect(timezone.parse('Asia/Calcutta')).toBe('Asia/Kolkata')
  for (const name of Intl.supportedValuesOf('timeZone'))
    expect(timezone.parse(timezone.parse(name))).toBe(timezone.parse(name))
  expect(timezone.safeParse('Mars/Olympus').success).toBe(false)
})
