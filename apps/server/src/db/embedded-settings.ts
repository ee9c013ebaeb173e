/** PostgreSQL's settings, given on its command line so that a data folder carries none of them. */
const SETTINGS: Readonly<Record<string, string>> = {
  // Reachable through the socket's folder alone, which only the owner may enter.
  listen_addresses: '',
  port: '5432',
  unix_socket_permissions: '0700',
  max_connections: '200',
  shared_buffers: '128MB',
  // An acknowledged message is on disk.
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  wal_buffers: '16MB',
  max_wal_size: '1GB',
  // Short statements throughout: compiling one costs more than running it.
  jit: 'off',
  TimeZone: 'UTC',
  // Startup is followed by reading these lines, so they are in English and bare.
  lc_messages: 'C',
  log_line_prefix: '',
  log_timezone: 'UTC',
  log_startup_progress_interval: '3s',
  log_checkpoints: 'off',
  // A refused statement is the caller's to report; its text and values (messages, names) stay out of the log.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

export const PORT = SETTINGS.port ?? '';

/** The superuser of the cluster, and the database that the node uses. */
export const ROLE = 'tpx';
export const DATABASE = 'tpx';

export function settingsArguments(own: Readonly<Record<string, string>>): string[] {
  return Object.entries({ ...SETTINGS, ...own }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
