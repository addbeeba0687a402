import { render } from 'preact'
import { App } from './App/App'
import './style.css'
import './Theme/theme'

render(<App />, document.getElementById('app')!)
