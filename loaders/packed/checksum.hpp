// The checksum of packed models: 64 bits, made to be fast (tens of gigabytes per second) where CRC-32 would
// take most of the time that a model has to load.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace featherface::loaders {

// Eight lanes, of every eighth 64-bit word each, and each step of a lane a bijection: what changes one word,
// or several of one lane, never goes unnoticed, anything else with a chance of about 2^-64. It protects from
// accidents, not from forgers. docs/packed-models.md has the formula.
std::uint64_t checksum64(std::span<const std::byte> bytes);

}  // namespace featherface::loaders
