import { createTransport } from 'nodemailer'
import type { SmtpConfig } from '../config'
import type { Mail } from './mail'

const TIMEOUT_MS = 20_000
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1'])

/** Sends through a mail server. A password goes over TLS or not at all, unless it stays on this machine. */
export function openSmtp({ host, port, user, password, from }: SmtpConfig): Mail {
  const transport = createTransport({
    host,
    port,
    secure: port === 465,
    requireTLS: user !== undefined && !LOOPBACK.has(host),
    ...(user !== undefined && { auth: { user, pass: password } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ to, ...message }) {
      await transport.sendMail({ from, to: { name: '', address: to }, ...message })
    },
    async close() {
      transport.close()
    },
  }
}
