/* Boot loader of the small guest: BIOS -> uncompressed Linux kernel, nothing in between.
 *
 * Under software emulation, unpacking the compressed kernel inside the guest costs about a second of a boot. The disk
 * image therefore holds the kernel unpacked (the qcow2 file around it is compressed, which the host undoes at native
 * speed), and this loader reads it and enters it by the 64-bit boot protocol of Linux (Documentation/x86/boot.rst).
 *
 * Given on the assembler's command line, all counts in sectors of 512 bytes:
 *   KERNEL_LBA KERNEL_SECTORS KERNEL_ADDRESS KERNEL_ENTRY   INITRD_LBA INITRD_SECTORS INITRD_ADDRESS INITRD_BYTES
 * and CMDLINE, a file included as text.
 *
 * Memory while loading:
 *   0x07c00 this sector      0x07e00 second part (sectors 1-8)     0x10000-0x1ffff window for reading
 *   0x30000 boot_params      0x31000 page tables (identity, 4 GiB)
 */
        .set    WINDOW, 0x10000
        .set    WINDOW_SECTORS, 128
        .set    BOOT_PARAMS, 0x30000
        .set    PAGE_TABLES, 0x31000
        .set    SECOND_PART, 0x7e00
        .set    SECOND_SECTORS, 8

        .code16
        .section .text
        .globl  start
start:
        cli
        xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0x7c00, %sp
        sti
        cld
        ljmp    $0, $1f
1:      mov     %dl, drive
        mov     $packet, %si
        mov     $0x42, %ah
        int     $0x13
        jc      2f
        jmp     second
2:      mov     $unread, %si
        jmp     fail

/* Says why on the screen and on the first serial port, then stops. SI: text ended by 0. */
fail:
        lodsb
        test    %al, %al
        jz      3f
        push    %ax
        mov     $0x3f8, %dx
        out     %al, %dx
        pop     %ax
        mov     $0x0e, %ah
        mov     $7, %bx
        int     $0x10
        jmp     fail
3:      hlt
        jmp     3b

unread: .asciz  "\r\nPOWERED-LOADER the disk cannot be read\r\n"
nolong: .asciz  "\r\nPOWERED-LOADER this CPU has no 64-bit mode\r\n"
drive:  .byte   0

        .balign 4
packet: .byte   16, 0           /* packet of the BIOS's extended read */
count:  .word   SECOND_SECTORS
        .word   SECOND_PART, 0  /* offset, segment */
lba:    .long   1, 0

        .balign 8
gdt:    .quad   0
        .quad   0x00cf92000000ffff      /* 0x08 flat data, for copying above 1 MiB */
        .quad   0x00af9a000000ffff      /* 0x10 64-bit code, as the boot protocol wants it */
        .quad   0x00cf92000000ffff      /* 0x18 flat data */
gdtr:   .word   gdtr - gdt - 1
        .long   gdt

        .org    446             /* the partition table follows; the build writes it */
        .org    510
        .word   0xaa55

/* ------------------------------------------------------------------------------------------------------------- */
        .org    512
second:
        mov     $0x80000001, %eax
        cpuid
        bt      $29, %edx
        jc      1f
        mov     $nolong, %si
        jmp     fail
1:      in      $0x92, %al      /* address line 20 on */
        or      $2, %al
        and     $0xfe, %al
        out     %al, $0x92

        /* boot_params and page tables start as zeros */
        mov     $BOOT_PARAMS >> 4, %ax
        mov     %ax, %es
        xor     %di, %di
        xor     %eax, %eax
        mov     $0x7000 / 4, %cx
        rep stosl

        /* E820 map of memory into boot_params.e820_table (0x2d0, 20 bytes an entry), its length into 0x1e8 */
        mov     $0x2d0, %di
        xor     %ebx, %ebx
        xor     %bp, %bp
2:      mov     $0xe820, %eax
        mov     $20, %ecx
        mov     $0x534d4150, %edx
        int     $0x15
        jc      3f
        inc     %bp
        add     $20, %di
        cmp     $128, %bp
        je      3f
        test    %ebx, %ebx
        jnz     2b
3:      mov     %bp, %ax
        mov     %al, %es:0x1e8

        /* screen_info: VGA text, 80x25, 16 lines a character; the cursor where the BIOS left it */
        mov     $3, %ah
        xor     %bx, %bx
        int     $0x10
        mov     %dx, %es:0x00
        movb    $3, %es:0x06
        movb    $80, %es:0x07
        movb    $25, %es:0x0e
        movb    $1, %es:0x0f
        movw    $16, %es:0x10

        /* setup header: who loaded, where the initrd and the command line are */
        movw    $0xaa55, %es:0x1fe
        movl    $0x53726448, %es:0x202
        movw    $0x020f, %es:0x206
        movb    $0xff, %es:0x210
        movb    $0x01, %es:0x211
        movl    $INITRD_ADDRESS, %es:0x218
        movl    $INITRD_BYTES, %es:0x21c
        movl    $cmdline, %es:0x228
        movl    $cmdline_end - cmdline, %es:0x238

        movl    $KERNEL_LBA, lba
        mov     $KERNEL_SECTORS, %ebp
        mov     $KERNEL_ADDRESS, %edi
        call    load
        movl    $INITRD_LBA, lba
        mov     $INITRD_SECTORS, %ebp
        mov     $INITRD_ADDRESS, %edi
        call    load

        /* identity map of 4 GiB in pages of 2 MiB: one level 4, one level 3, four level 2 tables */
        mov     $PAGE_TABLES >> 4, %ax
        mov     %ax, %es
        movl    $PAGE_TABLES + 0x1003, %es:0
        mov     $0x1000, %di
        mov     $PAGE_TABLES + 0x2003, %eax
        mov     $4, %cx
4:      mov     %eax, %es:(%di)
        add     $8, %di
        add     $0x1000, %eax
        loop    4b
        mov     $0x2000, %di
        mov     $0x83, %eax
        mov     $4 * 512, %cx
5:      mov     %eax, %es:(%di)
        add     $8, %di
        add     $0x200000, %eax
        loop    5b

        cli
        lgdtl   gdtr
        mov     %cr4, %eax
        or      $0x20, %eax             /* PAE */
        mov     %eax, %cr4
        mov     $PAGE_TABLES, %eax
        mov     %eax, %cr3
        mov     $0xc0000080, %ecx       /* EFER.LME */
        rdmsr
        bts     $8, %eax
        wrmsr
        mov     %cr0, %eax
        or      $0x80000001, %eax       /* paging and protection together: long mode */
        mov     %eax, %cr0
        ljmpl   $0x10, $long_mode

/* Reads EBP sectors from lba to the address EDI, a window at a time. */
load:
        xor     %ax, %ax
        mov     %ax, %ds
        movw    $0, packet + 4
        movw    $WINDOW >> 4, packet + 6
        mov     $WINDOW_SECTORS, %eax
        cmp     %eax, %ebp
        jae     1f
        mov     %ebp, %eax
1:      mov     %ax, count
        mov     drive, %dl
        mov     $packet, %si
        mov     $0x42, %ah
        push    %edi
        push    %ebp
        int     $0x13
        pop     %ebp
        pop     %edi
        jnc     2f
        mov     $unread, %si
        jmp     fail
        /* The BIOS may have reset the limits of segments, so they are widened anew for every window. */
2:      cli
        lgdtl   gdtr
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        mov     $0x08, %bx
        mov     %bx, %es
        mov     %bx, %ds
        and     $0xfe, %al
        mov     %eax, %cr0
        xor     %bx, %bx
        mov     %bx, %es
        mov     %bx, %ds
        movzwl  count, %ecx
        mov     %ecx, %edx
        shl     $7, %ecx                /* sectors to 32-bit words */
        mov     $WINDOW, %esi
        addr32  rep movsl
        sti
        add     %edx, lba
        sub     %edx, %ebp
        jnz     load
        ret

        .code64
long_mode:
        mov     $0x18, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     %eax, %fs
        mov     %eax, %gs
        mov     $BOOT_PARAMS, %esi
        mov     $KERNEL_ENTRY, %eax
        jmp     *%rax

cmdline:
        .incbin "cmdline"
cmdline_end:
        .byte   0
        .org    512 + SECOND_SECTORS * 512
