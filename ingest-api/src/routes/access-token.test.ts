import { eq } from 'drizzle-orm'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  SignJWT,
  UnsecuredJWT,
  type JWTHeaderParameters,
  type ProduceJWT,
} from 'jose'
import { describe, expect, test } from 'vitest'
import { users } from '../../../schema/tables/users'
import type { Login } from '../../../schema/wire/api'
import { getSigningKeys } from '../accounts/signing-keys'
import { accounts, handles, START } from '../testing-accounts'

describe('an access token', () => {
  const sessionOf = (login: Login) =>
    (JSON.parse(Buffer.from(login.accessToken.split('.')[1]!, 'base64url').toString()) as { sid: string }).sid
  /** The server's own key, as somebody would have it who read the memory of the process. */
  const ownKey = async () => (await getSigningKeys(handles))[0]!
  const claims = <T extends ProduceJWT>(token: T, login: Login): T =>
    token
      .setSubject(login.user.id)
      .setIssuer('oriel')
      .setAudience('oriel:api')
      .setIssuedAt(START / 1000)
      .setExpirationTime(START / 1000 + 900)
  const signed = (login: Login, header: Partial<JWTHeaderParameters> = {}) =>
    claims(new SignJWT({ sid: sessionOf(login), persona: 'builder' }), login).setProtectedHeader({
      alg: 'ES256',
      ...header,
    })

  test.each<[string, (login: Login) => Promise<string> | string]>([
    [
      'another key under our name',
      async (login) =>
        signed(login, { kid: (await ownKey()).kid }).sign((await generateKeyPair('ES256')).privateKey),
    ],
    [
      'a key that we do not know',
      async (login) => signed(login, { kid: 'elsewhere' }).sign((await ownKey()).privateJwk),
    ],
    ['no name of a key', async (login) => signed(login).sign((await ownKey()).privateJwk)],
    [
      'our public key taken for a secret',
      async (login) => {
        const { kid, publicJwk } = await ownKey()
        const pem = await exportSPKI((await importJWK(publicJwk, 'ES256')) as CryptoKey)
        return signed(login, { alg: 'HS256', kid }).sign(new TextEncoder().encode(pem))
      },
    ],
    [
      'the secret of another purpose',
      async (login) => signed(login, { alg: 'HS256', kid: (await ownKey()).kid }).sign(handles.keys.session),
    ],
    [
      'a key in its own header',
      async (login) => {
        const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
        const { kid } = await ownKey()
        return signed(login, { kid, jwk: await exportJWK(publicKey) }).sign(privateKey)
      },
    ],
    [
      'another audience',
      async (login) => {
        const { kid, privateJwk } = await ownKey()
        return signed(login, { kid }).setAudience('oriel:events').sign(privateJwk)
      },
    ],
    [
      'another issuer',
      async (login) => {
        const { kid, privateJwk } = await ownKey()
        return signed(login, { kid }).setIssuer('elsewhere').sign(privateJwk)
      },
    ],
    [
      'no algorithm',
      (login) => claims(new UnsecuredJWT({ sid: sessionOf(login), persona: 'builder' }), login).encode(),
    ],
    [
      'no algorithm but the name of our key',
      async ({ accessToken }) => {
        const header = { alg: 'none', kid: (await ownKey()).kid }
        return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${accessToken.split('.')[1]}.`
      },
    ],
    ['a changed payload', ({ accessToken }) => accessToken.replace(/\.(.{8})/, '.AAAAAAAA')],
    ['no form at all', () => 'nonsense'],
  ])('with %s is refused', async (_, forge) => {
    const { data } = await accounts.register()
    const { status, error } = await accounts.me({ ...data, accessToken: await forge(data) })
    expect([status, error.code]).toEqual([401, 'TOKEN_INVALID'])
  })

  test('is accepted when everything is as it should be', async () => {
    const { data } = await accounts.register()
    const { kid, privateJwk } = await ownKey()
    const accessToken = await signed(data, { kid }).sign(privateJwk)
    expect((await accounts.me({ ...data, accessToken })).status).toBe(200)
  })

  test('ends after fifteen minutes', async () => {
    const { data } = await accounts.register()
    handles.setNow(START + 899_000)
    expect((await accounts.me(data)).status).toBe(200)
    handles.setNow(START + 901_000)
    expect((await accounts.me(data)).error.code).toBe('TOKEN_EXPIRED')
  })

  test.each<[string, Partial<typeof users.$inferInsert>]>([
    ['suspended', { isActive: false }],
    ['deleted', { deletedAt: new Date(START) }],
    ['no longer of that persona', { persona: 'end_user', roles: ['end_user'] }],
  ])('of a user who is %s ends at once', async (_, change) => {
    const { data } = await accounts.register()
    await handles.db.update(users).set(change).where(eq(users.id, data.user.id))
    expect((await accounts.me(data)).status).toBe(401)
  })

  test.each([undefined, 'Basic YTpi', 'Bearer', 'Bearer a b'])(
    'is asked for when the header is %s',
    async (header) => {
      const { status, error } = await accounts.client.call(
        'GET',
        '/api/auth/me',
        header ? { headers: { authorization: header } } : {},
      )
      expect([status, error.code]).toEqual([401, 'AUTH_ERROR'])
    },
  )
})
