// The worker runs the doctor, so that the page stays responsive.
importScripts('wasm_exec.js');

const go = new Go();

self.ready = () => postMessage({ready: true});

self.onmessage = async ({data}) => {
  const {id, call, args} = data;
  try {
    const all = call === 'diagnose' ? [...args, n => postMessage({id, read: n})] : args;
    postMessage({id, result: await gowps[call](...all)});
  } catch (error) {
    postMessage({id, error: String(error.message || error)});
  }
};

(async () => {
  try {
    const packed = await fetch('page.wasm.gz');
    if (!packed.ok) throw new Error(`page.wasm.gz: ${packed.status}`);
    const octets = await new Response(packed.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
    const {instance} = await WebAssembly.instantiate(octets, go.importObject);
    await go.run(instance);
  } catch (error) {
    postMessage({failed: String(error.message || error)});
  }
})();
