import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * When a process was started, in whatever unit the system tells it, or null when there is no such process.
 * Together with the pid this names a process for good. Linux: field 22 of `/proc/<pid>/stat` (proc_pid_stat(5));
 * a zombie counts as gone.
 */
export async function startTimeOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
    if (stat === null) return null
    // The command, field 2, stands in brackets and may hold anything, brackets too.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? null : (rest[18] ?? null)
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.trim() || null
}

/** Resolves true once no process `pid` is left, false when it still lives after `timeoutMs`. */
export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end;) {
    if ((await startTimeOf(pid)) === null) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}
