/** Keys for one purpose each, all derived from the master secret. */
export type Keys = {
  /** HMAC-SHA256 key of session tokens (the outer frame's). */
  session: Uint8Array
  /** HMAC-SHA256 key that finds the successor of a refresh token. */
  refresh: Uint8Array
  /** AES-256-GCM key of what the database keeps sealed. */
  seal: Uint8Array
}

/** Derives the keys with HKDF-SHA256 (RFC 5869); the purpose is the `info` parameter. */
export async function deriveKeys(secret: string): Promise<Keys> {
  const bytes = new TextEncoder()
  const master = await crypto.subtle.importKey('raw', bytes.encode(secret), 'HKDF', false, ['deriveBits'])
  const derive = async (purpose: string) =>
    new Uint8Array(
      await crypto.subtle.deriveBits(
        { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: bytes.encode(`oriel ${purpose}`) },
        master,
        256,
      ),
    )
  const [session, refresh, seal] = await Promise.all(['session', 'refresh', 'seal'].map(derive))
  return { session: session!, refresh: refresh!, seal: seal! }
}
