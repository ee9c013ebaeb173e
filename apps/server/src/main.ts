import './engine-options.ts';

// Not a static import: the process may have begun again by now, and what it had loaded would have been for nothing.
await import('./start.ts');
