import Ajv, { type ValidateFunction } from 'ajv/dist/2020'
import { describeApi } from './routes/document'

type Operation = { responses: Record<string, { content?: Record<string, unknown> }> }

const document = describeApi('http://oriel.test', 'test')
const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema(document, 'api')
const checks = new Map<string, ValidateFunction>()

/** A path that stands as it is written goes before one with a parameter. */
const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>)
  .sort(([a], [b]) => a.split('{').length - b.split('{').length)
  .map(([path, methods]) => ({
    path,
    methods,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  }))

/**
 * Holds an answer against what `/openapi.json` says of its operation, so that every test that asks the API does. Failures
 * of the server itself are left to the test that brings them about.
 * @throws Error that names what is not as described
 */
export function holdToDocument(method: string, address: string, status: number, body: unknown): void {
  const [path] = address.split('?')
  const found = operations.find(
    ({ pattern, methods }) => pattern.test(path!) && method.toLowerCase() in methods,
  )
  if (!found || status === 500) return
  const name = `${method} ${found.path} ${status}`
  const described = found.methods[method.toLowerCase()]!.responses[status]
  if (!described) throw new Error(`${name} is not in the document: ${JSON.stringify(body)}`)
  if (!described.content?.['application/json']) return
  let check = checks.get(name)
  if (!check) {
    const place = [
      'paths',
      found.path,
      method.toLowerCase(),
      'responses',
      status,
      'content',
      'application/json',
      'schema',
    ]
    const pointer = place.map((part) =>
      encodeURIComponent(String(part).replace(/~/g, '~0').replace(/\//g, '~1')),
    )
    checks.set(name, (check = ajv.compile({ $ref: `api#/${pointer.join('/')}` })))
  }
  if (!check(body)) throw new Error(`${name} is not as described: ${ajv.errorsText(check.errors)}`)
}
