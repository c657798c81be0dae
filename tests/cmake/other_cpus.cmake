# The program on CPUs older than this one, emulated by qemu: it runs where there is no AVX, the best that the CPU has is
# chosen, and forcing what the CPU lacks is an error. An instruction the CPU lacks ends the program with a signal.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

run(SUCCEED ${make_network} v1 ${scratch})

# Finds the faces in a picture on the CPU given, with FEATHERFACE_FORCE_ARCH if `arch` is not empty.
macro(detect expected cpu arch)
    run(${expected} ${CMAKE_COMMAND} -E env FEATHERFACE_FORCE_ARCH=${arch} ${qemu} -cpu ${cpu}
        ${program} detect -m ${scratch}/network.pth ${scratch}/noise.ppm)
endmacro()

# The baseline: SSE2 and no more.
foreach(arch "" sse2)
    detect(SUCCEED qemu64 "${arch}")
    expect_output("faces")
endforeach()
foreach(arch avx2 avx512)
    detect(FAIL qemu64 ${arch})
    expect_output("FEATHERFACE_FORCE_ARCH" "\"${arch}\" on this CPU" "available: sse2")
endforeach()

# AVX but not AVX2: the baseline's kernels again.
detect(FAIL SandyBridge avx2)
detect(SUCCEED SandyBridge "")

# AVX2 and FMA, no AVX-512.
foreach(arch "" avx2 sse2)
    detect(SUCCEED Haswell "${arch}")
endforeach()
detect(FAIL Haswell avx512)
expect_output("available: avx2, sse2")
