import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const rows = readFileSync('docs/embed.md', 'utf8')
  .split('## Complaints')[1]!
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)

test('every one of the twenty complaints has an answer, and its proof is there', () => {
  expect(rows).toHaveLength(20)
  for (const row of rows) {
    const proof = row.split(' | ')[2]!
    const files = [...proof.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file]) => file!)
    expect(files, row).not.toEqual([])
    expect(files.filter((file) => !existsSync(file))).toEqual([])
  }
})
