#include <stdio.h>

int main(void) {
    puts("Hello from your lab");
    return 0;
}
