import vm from 'node:vm'

const room = vm.createContext(Object.create(null))
const call = new vm.Script('task()')

/**
 * Runs a synchronous task and stops it when it takes too long, wherever it is, even inside a regular expression.
 * For work whose cost somebody else's schema decides. Not a sandbox: the task is our own code.
 * @returns undefined when the time was up
 */
export function withinMs<T>(timeoutMs: number, task: () => T): { value: T } | undefined {
  let done: { value: T } | undefined
  room.task = () => {
    done = { value: task() }
  }
  try {
    call.runInContext(room, { timeout: timeoutMs })
    return done
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return undefined
    throw error
  }
}
