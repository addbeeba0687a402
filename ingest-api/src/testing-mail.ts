import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { deliverDue } from './mail/deliver-mail'
import { openSmtp } from './mail/smtp'
import type { TestHandles } from './testing'

export type ReceivedMail = {
  from: string
  to: string[]
  subject: string
  text: string
  html: string
  source: string
}

/** A mail server that speaks SMTP and keeps what it is given. `refusal` makes it answer that to every message. */
export async function startMailbox(handles: TestHandles, options: { host?: string } = {}) {
  const { host = '127.0.0.1' } = options
  const received: ReceivedMail[] = []
  let refusal: { code: number; message: string } | undefined
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, callback) {
      if (username === 'oriel' && password === 'mail password') callback(null, { user: 'oriel' })
      else callback(new Error('wrong password'))
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (refusal)
          return callback(Object.assign(new Error(refusal.message), { responseCode: refusal.code }))
        const source = Buffer.concat(chunks).toString()
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          subject: /^Subject: (.*)$/m.exec(source)?.[1]?.trim() ?? '',
          text: partOf(source, 'text/plain'),
          html: partOf(source, 'text/html'),
          source,
        })
        callback()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, host)
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  const from = 'Oriel <oriel@example.com>'
  const mail = openSmtp({ host, port, user: 'oriel', password: 'mail password', from })
  return {
    received,
    port,
    refuse: (answer: typeof refusal) => (refusal = answer),
    deliver: () => deliverDue({ ...handles, mail }),
    /** Delivers what waits and answers what came to this address last. */
    async last(to: string): Promise<ReceivedMail> {
      await deliverDue({ ...handles, mail })
      const found = received.findLast((one) => one.to.includes(to))
      if (!found) throw new Error(`Nothing came to ${to}`)
      return found
    },
    async close() {
      await mail.close()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

export type Mailbox = Awaited<ReturnType<typeof startMailbox>>

/** The token of a letter's link. */
export const tokenIn = ({ text }: ReceivedMail): string => /#token=([\w-]+)/.exec(text)![1]!

/** One part of a multipart message, its quoted-printable (RFC 2045, section 6.7) undone. */
function partOf(source: string, type: string): string {
  const [headers = '', ...body] =
    source
      .split(/^--.*$/m)
      .find((part) => part.includes(`Content-Type: ${type}`))
      ?.split('\r\n\r\n') ?? []
  const text = body.join('\r\n\r\n')
  if (!headers.includes('quoted-printable')) return text
  return text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}
