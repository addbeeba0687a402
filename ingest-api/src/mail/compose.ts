import { escapeAttribute, escapeHtml } from '../frame/escape'
import type { Message } from './mail'

/** What a letter says, in plain sentences. */
export type Letter = {
  subject: string
  paragraphs: string[]
  /** The one thing to do, as a button and as an address to copy. */
  action?: { label: string; url: string }
}

/** A letter as the two forms that mail programs show. */
export function compose(to: string, { subject, paragraphs, action }: Letter): Message {
  const closing = 'Oriel'
  const text = [...paragraphs, ...(action ? [`${action.label}:\n${action.url}`] : []), closing].join('\n\n')
  const html = [
    '<!doctype html><meta charset="utf-8">',
    '<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff">',
    '<div style="max-width:560px;margin:0 auto">',
    ...paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    ...(action
      ? [
          `<p><a href="${escapeAttribute(action.url)}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#1b1f24;color:#fff;text-decoration:none">${escapeHtml(action.label)}</a></p>`,
          `<p style="color:#59636e;font-size:13px">${escapeHtml(action.url)}</p>`,
        ]
      : []),
    `<p style="color:#59636e">${closing}</p></div></body>`,
  ].join('\n')
  return { to, subject, text: `${text}\n`, html }
}
