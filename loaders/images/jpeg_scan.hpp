// The entropy-coded data of one JPEG scan (ITU-T T.81, F.2 and G.2).
#pragma once

#include <cstddef>
#include <span>

#include "featherface/status.hpp"
#include "loaders/images/jpeg_frame.hpp"

namespace featherface::loaders {

// Decodes every block of the scan whose data begins at `offset` of `bytes`: a sequential frame's to samples,
// a progressive one's to coefficients. Returns the offset where the next marker is to be looked for. The
// tables that the scan needs must be defined, and the memory of its components there. Up to 64 bytes between
// the last block of a restart interval and its marker are passed over: cameras put them there to align what
// follows; more than these are a sign of lost blocks. Errors: malformed, with the offset, naming the block
// where the data ends or goes wrong.
Result<std::size_t> decode_jpeg_scan(std::span<const std::byte> bytes, std::size_t offset,
                                     const JpegFrame& frame, const JpegScan& scan);

// Makes the samples of a progressive frame's component out of its coefficients, once all its scans have been
// decoded, and gives the coefficients' memory back.
void make_jpeg_samples(JpegComponent& component);

}  // namespace featherface::loaders
