# The release program as the loader and an attacker see it: read from the ELF file. Variables: program, library
# (the archive that is in it), readelf, cpu.
function(expect what pattern)
    execute_process(COMMAND ${readelf} --wide ${ARGN} ${program} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
    if(NOT output MATCHES "${pattern}")
        message("${output}")
        message(FATAL_ERROR "${program} lacks ${what}: nothing above matches ${pattern}")
    endif()
endfunction()

expect("an address of the loader's choice" "Type: +DYN" --file-header)
expect("a marked position-independent program" "FLAGS_1\\) +Flags: [^\n]*PIE" --dynamic)
expect("binding before it starts" "FLAGS_1\\) +Flags: [^\n]*NOW" --dynamic)
expect("tables that become read-only" "GNU_RELRO" --program-headers)
expect("a stack without code" "GNU_STACK[^\n]* RW +0x" --program-headers)
expect("canaries on stacks" "__stack_chk_fail" --dyn-syms)
expect("checked copies" "__[a-z]+_chk" --dyn-syms)

# The C library's start files may lack it, and then the program is not marked: each of our object files is looked at.
execute_process(COMMAND ${readelf} --wide --notes ${library} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "(^|\n)File: " objects "${output}")
string(REGEX MATCHALL "x86 feature: IBT, SHSTK|AArch64 feature: BTI, PAC" protected "${output}")
list(LENGTH objects objects)
list(LENGTH protected protected)
if(cpu MATCHES "^(x86_64|aarch64)$" AND (objects EQUAL 0 OR NOT objects EQUAL protected))
    message(FATAL_ERROR "${protected} of ${objects} files in ${library} have control-flow protection")
endif()

# No page is both written and run.
execute_process(COMMAND ${readelf} --wide --program-headers ${program} OUTPUT_VARIABLE output)
if(output MATCHES "LOAD[^\n]* RWE ")
    message(FATAL_ERROR "${program} has pages that are both written and run")
endif()
