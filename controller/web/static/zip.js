/*
 * A folder as one ZIP, without reading it into memory: the ZIP is a list of parts, and the parts are the files themselves.
 *
 * Files are stored as they are. Sizes and places are written in the 64-bit fields (APPNOTE 6.3.10, 4.5.3), so there is no
 * limit of 4 GB. The checksum of each file is needed beforehand; reading for it is the only pass over the files here.
 */
"use strict";

(() => {
  const TABLE = new Uint32Array(256).map((_, n) => {
    let value = n;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });

  const checksum = async (file, advance, signal) => {
    let value = 0xffffffff;
    const reader = file.stream().getReader();
    for (;;) {
      signal.throwIfAborted();
      const { done, value: bytes } = await reader.read();
      if (done) return (value ^ 0xffffffff) >>> 0;
      for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
      advance(bytes.length);
    }
  };

  const fields = (length, ...given) => {
    const view = new DataView(new ArrayBuffer(length));
    let at = 0;
    for (const [bytes, value] of given) {
      if (bytes === 2) view.setUint16(at, value, true);
      if (bytes === 4) view.setUint32(at, value, true);
      if (bytes === 8) view.setBigUint64(at, BigInt(value), true);
      at += bytes;
    }
    return new Uint8Array(view.buffer);
  };

  const ELSEWHERE = 0xffffffff; // the true number stands in the 64-bit field
  const UTF8 = 0x0800;
  const NEEDS = 45; // version 4.5: 64-bit fields
  const DAY = 0x21; // 1 January 1980: when a file was made says nothing here

  const head = (name, size, sum) => [
    fields(
      30,
      ...[[4, 0x04034b50], [2, NEEDS], [2, UTF8], [2, 0], [2, 0], [2, DAY], [4, sum]],
      ...[[4, ELSEWHERE], [4, ELSEWHERE], [2, name.length], [2, 20]],
    ),
    name,
    fields(20, [2, 1], [2, 16], [8, size], [8, size]),
  ];

  const line = (name, size, sum, place) => [
    fields(
      46,
      ...[[4, 0x02014b50], [2, NEEDS], [2, NEEDS], [2, UTF8], [2, 0], [2, 0], [2, DAY], [4, sum]],
      ...[[4, ELSEWHERE], [4, ELSEWHERE], [2, name.length], [2, 28], [2, 0], [2, 0], [2, 0], [4, 0], [4, ELSEWHERE]],
    ),
    name,
    fields(28, [2, 1], [2, 24], [8, size], [8, size], [8, place]),
  ];

  const end = (count, length, place) => [
    fields(
      56,
      ...[[4, 0x06064b50], [8, 44], [2, NEEDS], [2, NEEDS], [4, 0], [4, 0]],
      ...[[8, count], [8, count], [8, length], [8, place]],
    ),
    fields(20, [4, 0x07064b50], [4, 0], [8, place + length], [4, 1]),
    fields(
      22,
      ...[[4, 0x06054b50], [2, 0], [2, 0], [2, Math.min(count, 0xffff)], [2, Math.min(count, 0xffff)]],
      ...[[4, ELSEWHERE], [4, ELSEWHERE], [2, 0]],
    ),
  ];

  const lengthOf = (parts) => parts.reduce((sum, part) => sum + (part.size ?? part.length), 0);

  /** Files as [{name, file}], in order; gives a Blob. `advance(bytes)` is called while they are looked through. */
  const zipped = async (files, advance, signal) => {
    const parts = [];
    const directory = [];
    let place = 0;
    for (const { name, file } of files) {
      const called = new TextEncoder().encode(name);
      const sum = await checksum(file, advance, signal);
      const entry = [...head(called, file.size, sum), file];
      directory.push(...line(called, file.size, sum, place));
      parts.push(...entry);
      place += lengthOf(entry);
    }
    return new Blob([...parts, ...directory, ...end(files.length, lengthOf(directory), place)]);
  };

  window.safeuseZip = zipped;
})();
