import '@seg/browser/worker';
