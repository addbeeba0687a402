import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { html, raw } from 'hono/html'
import { ERROR_STATUS } from '../../../schema/wire/error'
import { isObject, type JsonObject } from '../../../schema/wire/json'
import type { AppEnv } from './context'
import { describeApi } from './document'

/** The API's description: a document for programs, and the same as a page for people. */
export const docs = new Hono<AppEnv>()

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem }
h2 { margin-top: 2.5rem }
details { border-top: 1px solid #8884; padding: .4rem 0 }
summary { cursor: pointer }
summary b { display: inline-block; min-width: 4.2rem }
summary span { display: block; margin-left: 1rem; opacity: .8 }
code, pre { font: 14px/1.45 ui-monospace, monospace; overflow-wrap: anywhere }
pre { overflow-x: auto; padding: .8rem; background: #8881; border-radius: .4rem; white-space: pre-wrap }
td { padding: .1rem 1rem .1rem 0; vertical-align: top }
`
const HEADERS = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Cache-Control': 'public, max-age=300',
}

/** Made once; it depends on the settings alone. */
const made = new Map<string, JsonObject>()
function getDocument(baseUrl: string): JsonObject {
  const known = made.get(baseUrl) ?? describeApi(baseUrl, __VERSION__)
  made.set(baseUrl, known)
  return known
}

docs.get('/openapi.json', (c) => {
  c.header('Access-Control-Allow-Origin', '*')
  c.header('Cache-Control', 'public, max-age=300')
  return c.json(getDocument(c.var.handles.config.baseUrl))
})

docs.get('/docs', (c) => {
  const document = getDocument(c.var.handles.config.baseUrl)
  const operations = operationsIn(document)
  const tags = [...new Set(operations.map(({ tag }) => tag))]
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Oriel API</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>Oriel API</h1>
        <p>
          For programs: <a href="/openapi.json">openapi.json</a>. Send a token as
          <code>Authorization: Bearer …</code>. Times are epoch milliseconds, money is integer minor units.
          Lists take <code>page</code> and <code>limit</code>.
        </p>
        ${tags.map(
          (tag) =>
            html`<h2>${tag}</h2>
              ${operations
                .filter((operation) => operation.tag === tag)
                .map(
                  ({ method, path, summary, rest }) =>
                    html`<details>
                      <summary><b>${method}</b><code>${path}</code><span>${summary}</span></summary>
                      <pre>${JSON.stringify(rest, null, 2)}</pre>
                    </details>`,
                )}`,
        )}
        <h2>error codes</h2>
        <table>
          ${Object.entries(ERROR_STATUS).map(
            ([code, status]) =>
              html`<tr>
                <td><code>${code}</code></td>
                <td>${status}</td>
              </tr>`,
          )}
        </table>
      </body>
    </html>`
  return c.html(page, 200, HEADERS)
})

function operationsIn({ paths }: JsonObject) {
  if (!isObject(paths)) return []
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(isObject(methods) ? methods : {}).flatMap(([method, operation]) => {
      if (!isObject(operation)) return []
      const { summary, tags, parameters, requestBody, responses } = operation
      const tag = Array.isArray(tags) ? String(tags[0]) : ''
      const rest = { parameters, requestBody, responses }
      return [{ method: method.toUpperCase(), path, summary: String(summary), tag, rest }]
    }),
  )
}
