import { Failure } from './failure'

/** Where commands talk to, and as whom: the flags first, then ORIEL_SERVER and ORIEL_TOKEN. */
export type Access = { server: string; token: string }

/** @throws Failure with exit code 2 that names what is missing */
export function readAccess(flags: { server?: string | undefined; token?: string | undefined }): Access {
  const server = (flags.server ?? process.env.ORIEL_SERVER)?.replace(/\/$/, '')
  const token = flags.token ?? process.env.ORIEL_TOKEN
  if (!server || !URL.canParse(server)) {
    throw new Failure('Say which server: --server https://oriel.example.com or ORIEL_SERVER.', 2)
  }
  if (!token)
    throw new Failure('Say who you are: --token or ORIEL_TOKEN holds an access token of a builder.', 2)
  return { server, token }
}
