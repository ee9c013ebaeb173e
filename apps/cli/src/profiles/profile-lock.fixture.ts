/** Opens a profile and keeps it: `bun profile-lock.fixture.ts NAME`, with the XDG folders in the environment. */
import { profileFolders } from './folders.ts';
import { lockProfile } from './profile-lock.ts';

lockProfile(process.argv[2] ?? '', profileFolders(process.argv[2] ?? ''));
console.log('open');
setInterval(() => undefined, 60_000);
