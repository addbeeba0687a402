import { useConfiguration, useHost } from '@oriel/sdk'
import type { AttemptClass, Orders } from './attempt'
import { ATTEMPTS } from './attempts'
import type config from './oriel.config'

const isEvidence = (value: unknown) =>
  value === true || (typeof value === 'string' && value.includes('canary'))

/** A widget that tries on command what its class and number say, and answers whether it saw its own success. */
export default function Hostile() {
  const { secret } = useConfiguration<typeof config>()
  const host = useHost(async (name, data) => {
    if (name === 'look') return host.send('seen', document.body.innerText)
    if (name !== 'attack') return
    const orders = data as Orders
    const [kind, number] = orders.key.split(':') as [AttemptClass, string]
    let evidence = false
    try {
      evidence = isEvidence(await ATTEMPTS[kind][Number(number)]!.run({ ...orders, send: host.send }))
    } catch {
      // Most attempts end here, which is the point.
    }
    host.send('done', evidence)
  })
  return <main style={{ height: '60px' }}>widget {secret}</main>
}
