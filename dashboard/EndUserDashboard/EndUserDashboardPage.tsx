import { useEndUser } from '../User/UserProvider'
import { EndUserDashboard } from './EndUserDashboard'

export const EndUserDashboardPage = () => <EndUserDashboard endUserId={useEndUser().endUserId} />
