using System.Runtime.CompilerServices;

// Every argument of the binding is blittable, so the runtime has nothing to marshal and must not try.
[assembly: DisableRuntimeMarshalling]
