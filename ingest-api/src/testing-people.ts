import { afterAll, beforeAll } from 'vitest'
import type { Login, Project } from '../../schema/wire/api'
import { createTestHandles, type TestHandles } from './testing'
import { createClient } from './testing-client'

/**
 * A server of the importing file's own with somebody of each persona, strangers to them, and a project that the builder
 * has released; there once its first hook has run.
 */
export let handles: TestHandles
export let client: ReturnType<typeof createClient>
export let builder: Login
export let otherBuilder: Login
export let endUser: Login
export let otherEndUser: Login
export let admin: Login
export let project: Project
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  builder = await client.person('builder')
  otherBuilder = await client.person('builder')
  endUser = await client.person('end_user')
  otherEndUser = await client.person('end_user')
  admin = await client.person('super_admin')
  project = await client.releasedProject(builder)
})
afterAll(() => handles.close())
