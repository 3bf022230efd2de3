import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress } from './precompress.ts';

/** Where a running Kav answers while the console is worked on. */
const KAV_URL = process.env['KAV_URL'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwind(), precompress()],
  resolve: {
    alias: {
      // The package writes style tags, which the content security policy refuses.
      'react-remove-scroll': fileURLToPath(new URL('./src/ui/remove-scroll.tsx', import.meta.url)),
    },
  },
  worker: { format: 'es' },
  build: {
    target: ['chrome111', 'firefox115', 'safari16.4'],
    outDir: 'dist',
    emptyOutDir: true,
    // A data: URL would need a policy of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: {
    port: 5173,
    proxy: {
      '/api': { target: KAV_URL, ws: true },
      '/ws': { target: KAV_URL, ws: true },
    },
  },
});
