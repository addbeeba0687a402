import { useAdmin } from '../User/UserProvider'
import { AdminDashboard } from './AdminDashboard'

export function AdminDashboardPage() {
  useAdmin()
  return <AdminDashboard />
}
