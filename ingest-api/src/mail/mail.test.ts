import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { outgoingMail } from '../../../schema/tables/mail'
import { createTestHandles, type TestHandles } from '../testing'
import { startMailbox, type Mailbox } from '../testing-mail'
import { openCatcher } from './catcher'
import { deliverDue, startMailDelivery } from './deliver-mail'
import { queueMail } from './queue-mail'
import { openSmtp } from './smtp'

const START = Date.UTC(2026, 10, 20, 12)
const letter = {
  subject: 'Straße & more',
  paragraphs: ['One <b>bold</b> "claim" & more.'],
  action: { label: 'Open', url: 'https://oriel.test/verify#token=secret-token' },
}

let handles: TestHandles
let mailbox: Mailbox
beforeAll(async () => {
  handles = await createTestHandles()
  mailbox = await startMailbox(handles)
})
afterAll(async () => {
  await mailbox.close()
  await handles.close()
})
beforeEach(async () => {
  handles.setNow(START)
  mailbox.refuse(undefined)
  mailbox.received.length = 0
  await handles.db.delete(outgoingMail)
})

const queue = (to = 'ada@example.com') => queueMail(handles.db, handles, to, letter)
const waiting = () => handles.db.select().from(outgoingMail)

test('a letter reaches the mail server as text and as HTML', async () => {
  await queue()
  expect(await mailbox.deliver()).toBe(1)
  const [mail] = mailbox.received
  expect(mail).toMatchObject({ from: 'oriel@example.com', to: ['ada@example.com'] })
  expect(mail!.text).toContain('One <b>bold</b> "claim" & more.')
  expect(mail!.text).toContain('https://oriel.test/verify#token=secret-token')
  expect(mail!.html).toContain('One &lt;b&gt;bold&lt;/b&gt; &quot;claim&quot; &amp; more.')
  expect(mail!.subject).toMatch(/^=\?UTF-8\?/)
  expect(await waiting()).toEqual([])
})

test('a letter in the database cannot be read there', async () => {
  await queue()
  expect(JSON.stringify(await waiting())).not.toMatch(/secret-token|ada@example/)
})

test('a letter whose reason is undone is not sent', async () => {
  await handles.db
    .transaction(async (tx) => {
      await queueMail(tx, handles, 'ada@example.com', letter)
      throw new Error('undone')
    })
    .catch(() => {})
  expect(await mailbox.deliver()).toBe(0)
})

test('a refused letter is tried again, later each time, and says nothing in the log but why', async () => {
  await queue()
  mailbox.refuse({ code: 451, message: 'ada@example.com: try later' })
  await mailbox.deliver()
  const delays = []
  for (let attempt = 1; attempt <= 3; attempt++) {
    const [row] = await waiting()
    expect(row!.attempts).toBe(attempt)
    const at = row!.nextAt.getTime()
    delays.push(at - handles.now())
    expect(await mailbox.deliver()).toBe(0)
    handles.setNow(at)
    await mailbox.deliver()
  }
  expect(delays).toEqual([10_000, 20_000, 40_000])
  const logged = handles.logged.filter((line) => line.includes('a mail was not sent'))
  expect(logged[0]).toContain('EMESSAGE')
  expect(logged.join('')).not.toMatch(/ada@example|secret-token/)
  mailbox.refuse(undefined)
  handles.setNow(START + 3_600_000)
  expect(await mailbox.deliver()).toBe(1)
  expect(mailbox.received).toHaveLength(1)
})

test('a letter that nobody takes for a day is given up', async () => {
  await queue()
  mailbox.refuse({ code: 550, message: 'no' })
  for (let attempts = 0; attempts < 32; attempts++) {
    expect(await waiting()).toHaveLength(1)
    await mailbox.deliver()
    handles.setNow(handles.now() + 3_600_000)
  }
  expect(await waiting()).toEqual([])
})

test('two processes share the letters and send each once', async () => {
  for (let count = 0; count < 6; count++) await queue(`person${count}@example.com`)
  await Promise.all([mailbox.deliver(), mailbox.deliver(), mailbox.deliver()])
  expect(mailbox.received.map(({ to }) => to[0]).sort()).toEqual(
    Array.from({ length: 6 }, (_, count) => `person${count}@example.com`),
  )
})

test('a letter is sent by itself, soon after it was written', async () => {
  handles.setNow(undefined)
  const mail = openSmtp({
    host: '127.0.0.1',
    port: mailbox.port,
    user: undefined,
    password: undefined,
    from: 'a@b.example',
  })
  const sent: string[] = []
  const delivery = startMailDelivery({
    ...handles,
    mail: { ...mail, send: async (message) => void sent.push(message.to) },
  })
  await queue()
  await expect.poll(() => sent, { timeout: 5_000 }).toEqual(['ada@example.com'])
  await delivery.close()
})

test('an address with line breaks adds no header', async () => {
  await queue('ada@example.com\r\nBcc: everybody@example.com')
  await mailbox.deliver()
  for (const { to, source } of mailbox.received) {
    expect(to).not.toContain('everybody@example.com')
    expect(source).not.toMatch(/^Bcc:/m)
  }
})

test('a password goes nowhere without TLS but to this machine', async () => {
  const elsewhere = await startMailbox(handles, { host: '127.0.0.2' })
  await queue()
  await elsewhere.deliver()
  expect(elsewhere.received).toEqual([])
  expect(handles.logged.at(-1)).toContain('ETLS')
  await elsewhere.close()
})

test('without a mail server a developer finds letters as files that only they can read', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'oriel-mail-'))
  const mail = openCatcher(join(directory, 'mail'), handles)
  await queue()
  await deliverDue({ ...handles, mail })
  const [name] = await readdir(join(directory, 'mail'))
  const path = join(directory, 'mail', name!)
  const text = await readFile(path, 'utf8')
  expect(text).toMatch(/^To: ada@example.com\nSubject: Straße & more\n\n/)
  expect(text).toContain('https://oriel.test/verify#token=secret-token')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(handles.logged.at(-1)).toContain('a mail was written')
  expect(handles.logged.at(-1)).not.toMatch(/secret-token|ada@example/)
  await rm(directory, { recursive: true })
})
