// The standing model conv in onnxruntime, through its Node binding.
//
// usage: peer_onnxruntime.js FOLDER [THREADS]
// FOLDER holds the files that peer_onnxruntime.py writes, and node_modules/onnxruntime-node. Says its version in a line,
// and then answers every line of standard input with a JSON object: for encode, decode and both p50 and p99 of one image
// on one thread, in microseconds, and images/s of a thousand on all threads. A call through Node costs some
// microseconds of its own, which count here.
const path = require('path')
const readline = require('readline')
const folder = path.resolve(process.argv[2])
const threads = Number(process.argv[3] || 2)
const ort = require(path.join(folder, 'node_modules', 'onnxruntime-node'))
const ways = { encode: [1, 28, 28], decode: [32], both: [1, 28, 28] }
const CALLS = 400, WARM_UP = 20, MANY = 1000, SECONDS = 0.1

const open = (way, count) =>
    ort.InferenceSession.create(path.join(folder, way + '.onnx'), { intraOpNumThreads: count, interOpNumThreads: 1 })

function input(shape, n) {
    const data = Float32Array.from({ length: n * shape.reduce((a, b) => a * b) }, () => Math.random())
    return { in: new ort.Tensor('float32', data, [n, ...shape]) }
}

async function measureOne(session, feed) {
    const times = []
    for (let i = 0; i < WARM_UP + CALLS; i++) {
        const start = process.hrtime.bigint()
        await session.run(feed)
        if (i >= WARM_UP) times.push(Number(process.hrtime.bigint() - start) / 1e3)
    }
    times.sort((a, b) => a - b)
    return [times[Math.floor(CALLS / 2)], times[Math.floor(CALLS * 0.99)]]
}

async function measureMany(session, feed) {
    await session.run(feed)
    const start = performance.now()
    let images = 0
    do {
        await session.run(feed)
        images += MANY
    } while (performance.now() < start + SECONDS * 1e3)
    return images / (performance.now() - start) * 1e3
}

async function main() {
    const work = {}
    for (const [way, shape] of Object.entries(ways))
        work[way] = { one: await open(way, 1), many: await open(way, threads), feed: input(shape, 1), feeds: input(shape, MANY) }
    console.log('onnxruntime', require(path.join(folder, 'node_modules', 'onnxruntime-node', 'package.json')).version)
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const answer = {}
        for (const [way, w] of Object.entries(work)) {
            [answer[way + ' p50'], answer[way + ' p99']] = await measureOne(w.one, w.feed)
            answer[way + ' of 1,000'] = await measureMany(w.many, w.feeds)
        }
        console.log(JSON.stringify(answer))
    }
}

main()
